//! What the command line says of the way to devices, and where passwords come from.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use programmer::inventory::{Device, Format, Inventory, PasswordOverride};
use programmer::packs::{BadSetting, Settings};
use programmer::passwords::{self, Passwords};
use programmer::secret::Secret;
use programmer::transport::{
    Connector, Hop, HostKeyPolicy, HostKeys, TransportKind, TransportOptions,
};
use serde::{Deserialize, Serialize};
use yaml::Mistake;

const WAY: &str = "The way to devices";
const PASSWORDS: &str = "Passwords";

/// The way to devices. It is kept with a run, and has no secrets: what asks for passwords is said anew.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ReachArgs {
    /// The form of the inventory [default: told by its content]
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = WAY)]
    pub(crate) inventory_format: Option<Format>,
    /// How devices are reached that don't say it themselves [default: native]
    #[arg(long, value_enum, value_name = "KIND", help_heading = WAY)]
    pub(crate) transport: Option<TransportKind>,
    /// The file of known host keys [default: ~/.ssh/known_hosts]
    #[arg(long, value_name = "FILE", help_heading = WAY)]
    pub(crate) known_hosts: Option<PathBuf>,
    /// What to do with a host key that isn't known [default: strict; `system`: as ssh_config says]
    #[arg(long, value_enum, value_name = "POLICY", help_heading = WAY)]
    pub(crate) host_keys: Option<HostKeyPolicy>,
    /// A private key that is tried before the password; FILE-cert.pub beside it is its certificate; may be given several times
    #[arg(long, value_name = "FILE", help_heading = WAY)]
    pub(crate) identity: Vec<PathBuf>,
    /// Try the keys of the SSH agent too; where there is nothing else, they always are
    #[arg(long, help_heading = WAY)]
    pub(crate) agent: bool,
    /// Go through these hosts, the nearest first: [USER@]HOST[:PORT], separated by commas
    #[arg(long, short = 'J', value_name = "HOSTS", help_heading = WAY, value_parser = hops)]
    pub(crate) jump: Option<String>,
    /// Offer old SSH algorithms too: SHA-1, CBC, small groups
    #[arg(long, help_heading = WAY)]
    pub(crate) legacy_ssh: bool,
    /// Ask a silent device for a sign of life so often; 0 never does [default: 20]
    #[arg(long, value_name = "SECONDS", help_heading = WAY)]
    pub(crate) keepalive: Option<u16>,
    /// The program that `system` runs [default: ssh]
    #[arg(long, value_name = "FILE", help_heading = WAY)]
    pub(crate) ssh_program: Option<PathBuf>,
    /// An option for it, as `ssh -o` takes it; may be given several times
    #[arg(long, value_name = "NAME=VALUE", help_heading = WAY)]
    pub(crate) ssh_option: Vec<String>,
    /// Expect something else than the platform does, as palError names it: DEVICE_TIMEOUT=60000; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", help_heading = WAY, value_parser = setting)]
    pub(crate) settings: Vec<String>,
    #[command(flatten)]
    #[serde(skip)]
    pub(crate) passwords: PasswordArgs,
}

/// Where passwords come from. What is asked for goes before the environment (PROGRAMMER_USERNAME, PROGRAMMER_PASSWORD,
/// PROGRAMMER_ENABLE), and the environment before the inventory.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PasswordArgs {
    /// Ask for the login password on the terminal
    #[arg(long, help_heading = PASSWORDS, conflicts_with_all = ["password_file", "password_command"])]
    ask_password: bool,
    /// Ask for the enable password on the terminal
    #[arg(long, help_heading = PASSWORDS)]
    ask_enable: bool,
    /// Read the login password from the first line of this file, and the enable password from the second; its mode must be 0600
    #[arg(long, value_name = "FILE", help_heading = PASSWORDS, conflicts_with = "password_command")]
    password_file: Option<PathBuf>,
    /// Run this for each device (PROGRAMMER_DEVICE, PROGRAMMER_HOST, PROGRAMMER_USERNAME are set), and read its output so
    #[arg(long, value_name = "COMMAND", help_heading = PASSWORDS)]
    password_command: Option<String>,
}

/// Checks them where they are said; they are kept as they were written.
fn hops(text: &str) -> Result<String, String> {
    Hop::list(text).map(|_| text.to_string())
}

fn setting(text: &str) -> Result<String, BadSetting> {
    Settings::default().add(text).map(|()| text.to_string())
}

impl ReachArgs {
    /// These, completed by those that a run was started with.
    pub(crate) fn over(self, base: Self) -> Self {
        let or = |list: Vec<_>, base: Vec<_>| if list.is_empty() { base } else { list };
        Self {
            inventory_format: self.inventory_format.or(base.inventory_format),
            transport: self.transport.or(base.transport),
            known_hosts: self.known_hosts.or(base.known_hosts),
            host_keys: self.host_keys.or(base.host_keys),
            identity: or(self.identity, base.identity),
            agent: self.agent || base.agent,
            jump: self.jump.or(base.jump),
            legacy_ssh: self.legacy_ssh || base.legacy_ssh,
            keepalive: self.keepalive.or(base.keepalive),
            ssh_program: self.ssh_program.or(base.ssh_program),
            ssh_option: if self.ssh_option.is_empty() {
                base.ssh_option
            } else {
                self.ssh_option
            },
            settings: if self.settings.is_empty() {
                base.settings
            } else {
                self.settings
            },
            passwords: self.passwords,
        }
    }

    /// With paths that hold from any directory.
    pub(crate) fn absolute(mut self) -> Self {
        let whole = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        self.known_hosts = self.known_hosts.map(whole);
        self.identity = self.identity.into_iter().map(whole).collect();
        // A bare name is looked for where programs are.
        let is_path = |path: &PathBuf| path.components().count() > 1;
        self.ssh_program = self
            .ssh_program
            .map(|path| if is_path(&path) { whole(path) } else { path });
        self
    }

    /// Reads an inventory, with the passwords that stand above its own, but for those of the command.
    pub(crate) fn inventory(&self, path: &std::path::Path) -> Result<Inventory, Vec<Mistake>> {
        let over = self.passwords.given().map_err(|mistake| vec![mistake])?;
        let mut inventory = Inventory::read_file_as(path, self.inventory_format, &over)?;
        let mut settings = Settings::default();
        for text in &self.settings {
            let taken = settings.add(text);
            taken.map_err(|bad| vec![Mistake::new("--set", bad.what).hint(bad.hint)])?;
        }
        for device in &mut inventory.devices {
            device.expect.extend(&settings);
        }
        if self.legacy_ssh {
            for device in &mut inventory.devices {
                device.reach.legacy.get_or_insert(true);
            }
        }
        Ok(inventory)
    }

    /// Asks the command, if there is one, for the passwords of these devices.
    pub(crate) fn ask_command(
        &self,
        inventory: &mut Inventory,
        is_meant: impl Fn(&Device) -> bool,
    ) -> Result<(), Vec<Mistake>> {
        let Some(command) = &self.passwords.password_command else {
            return Ok(());
        };
        let meant: Vec<&Device> = inventory
            .devices
            .iter()
            .filter(|device| is_meant(device))
            .collect();
        let passwords = passwords::from_command(command, &meant)?;
        for device in &mut inventory.devices {
            if let Some(passwords) = passwords.get(&device.name) {
                passwords.set(&mut device.credentials);
            }
        }
        Ok(())
    }

    /// What a device lacks to be logged in to.
    pub(crate) fn lacks(&self, device: &Device) -> Option<&'static str> {
        if device
            .reach
            .transport
            .or(self.transport)
            .unwrap_or_default()
            != TransportKind::Native
        {
            // ssh knows what it has, and a console may ask for nothing.
            return None;
        }
        let no_user = device.credentials.username.is_empty();
        let no_password = device.credentials.password.reveal().is_empty();
        let no_key = self.identity.is_empty() && device.reach.identities.is_empty();
        let no_agent = agent_socket().is_none();
        match (no_user, no_password && no_key && no_agent) {
            (true, true) => Some("credentials"),
            (true, false) => Some("username"),
            (false, true) => Some("password"),
            (false, false) => None,
        }
    }

    /// What opens transports so.
    pub(crate) fn connector(&self) -> Connector {
        let known_hosts = self
            .known_hosts
            .clone()
            .unwrap_or_else(HostKeys::default_file);
        let host_keys = HostKeys::new(self.host_keys.unwrap_or_default(), known_hosts);
        let usual = TransportOptions::new(host_keys);
        Connector::new(TransportOptions {
            identities: self.identity.clone(),
            agent: self.agent,
            agent_socket: agent_socket(),
            jump: self
                .jump
                .as_deref()
                .and_then(|jump| Hop::list(jump).ok())
                .unwrap_or_default(),
            jump_password: secret("PROGRAMMER_JUMP_PASSWORD"),
            keepalive: match self.keepalive {
                None => usual.keepalive,
                Some(seconds) => (seconds > 0).then(|| Duration::from_secs(seconds.into())),
            },
            transport: self.transport.unwrap_or_default(),
            ssh_program: self
                .ssh_program
                .clone()
                .unwrap_or_else(|| usual.ssh_program.clone()),
            ssh_options: self.ssh_option.clone(),
            said_host_keys: self.host_keys,
            said_known_hosts: self.known_hosts.is_some(),
            ..usual
        })
    }
}

impl PasswordArgs {
    /// What stands above the inventory. Passwords never stand on the command line, where every user of the machine could
    /// read them.
    fn given(&self) -> Result<PasswordOverride, Mistake> {
        let file = self
            .password_file
            .as_deref()
            .map(passwords::from_file)
            .transpose()?;
        let (password, enable) = match file {
            Some(Passwords { password, enable }) => (Some(password), enable),
            None => (None, None),
        };
        let password = match self.ask_password {
            true => Some(ask("Password: ")?),
            false => password,
        };
        let enable = match self.ask_enable {
            true => Some(ask("Enable password: ")?),
            false => enable,
        };
        Ok(PasswordOverride {
            username: std::env::var("PROGRAMMER_USERNAME")
                .ok()
                .filter(|name| !name.is_empty()),
            password: password.or_else(|| secret("PROGRAMMER_PASSWORD")),
            enable: enable.or_else(|| secret("PROGRAMMER_ENABLE")),
            password_follows: self.password_command.is_some(),
        })
    }
}

fn ask(question: &str) -> Result<Secret, Mistake> {
    let answer = rpassword::prompt_password(question).map(Secret::new);
    answer.map_err(|error| {
        Mistake::new("terminal", format!("can't ask for a password: {error}"))
            .hint("without a terminal, use --password-file or --password-command")
    })
}

fn secret(name: &str) -> Option<Secret> {
    let value = std::env::var(name).ok().filter(|value| !value.is_empty());
    value.map(Secret::new)
}

fn agent_socket() -> Option<PathBuf> {
    std::env::var_os("SSH_AUTH_SOCK").map(PathBuf::from)
}
