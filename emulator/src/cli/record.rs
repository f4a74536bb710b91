//! `fleet record`.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use device::config::reader;
use emulator::record::{self, Identified, Recording, Secrets, Target, entry};

use super::{Failure, output};

/// The arguments of `fleet record`.
#[derive(Debug, Args)]
#[command(after_help = "\
The passwords come from FLEET_PASSWORD and FLEET_ENABLE, or are asked for when
the device asks.

Examples:
  fleet record --host 10.0.0.1 --user admin --output lab
                                        then: fleet lab/topology.yaml
  fleet record --host core-1 --ssh -Jjump.example.com
                                        a host of ssh_config, behind another")]
pub(super) struct Record {
    /// The device: an address, a name, or a host of your ssh_config
    #[arg(long, value_name = "HOST")]
    host: String,
    /// Its port
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// The user to log in as
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// The folder to write to: topology.yaml, configs/, shows/
    #[arg(long, value_name = "DIR", default_value = "recorded")]
    output: PathBuf,
    /// The device's name in the topology; without it its hostname
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Its pack, or PACK:MODEL, if the device doesn't tell
    #[arg(long, value_name = "PACK")]
    pack: Option<String>,
    /// Record this command; may be given several times, and stands in for the usual ones
    #[arg(long, value_name = "COMMAND")]
    show: Vec<String>,
    /// An argument for ssh; may be given several times
    #[arg(long, value_name = "ARGUMENT", allow_hyphen_values = true)]
    ssh: Vec<String>,
    /// How many seconds the device may be silent
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,
}

pub(super) fn run(arguments: &Record) -> Result<(), Failure> {
    let packs = emulator::packs::load(None).map_err(Failure::Mistakes)?;
    let target = Target {
        host: arguments.host.clone(),
        port: arguments.port,
        user: arguments.user.clone(),
        ssh: arguments.ssh.clone(),
        patience: Duration::from_secs(arguments.timeout),
    };
    let mut commands: Vec<String> = match arguments.show.as_slice() {
        [] => record::commands().collect(),
        some => some.to_vec(),
    };
    // They tell what the device is.
    for needed in ["show inventory", "show version"] {
        if !commands.iter().any(|command| command == needed) {
            commands.insert(0, needed.to_string());
        }
    }
    let is_watched = std::io::stderr().is_terminal();
    let progress = |command: &str| {
        if is_watched {
            output::error(&format!("{}: {command}", arguments.host));
        }
    };
    let recording =
        Recording::take(&target, &mut Asked, &commands, progress).map_err(Failure::Record)?;
    let platform = platform(arguments, &packs, &recording)?;
    let refused = refused(&packs, &platform, &recording.running);
    let written = entry::write(
        &arguments.output,
        arguments.name.as_deref(),
        &recording,
        &platform,
    )
    .map_err(|error| Failure::System("the recording can't be written", error))?;
    output::write(|out| {
        let model = platform.model.as_deref().unwrap_or("the model that fits");
        writeln!(
            out,
            "{} is a {} ({model})",
            recording.hostname, platform.pack
        )?;
        let lines = recording.running.lines().count();
        let startup = written.startup.display();
        writeln!(
            out,
            "{startup}: {lines} lines, {refused} of them unknown to the pack"
        )?;
        writeln!(
            out,
            "{} shows below {}",
            recording.shows.len(),
            arguments.output.join("shows").display()
        )?;
        writeln!(out, "\nfleet {}", written.topology.display())
    })
}

/// The platform that was asked for, or that the device tells.
fn platform(
    arguments: &Record,
    packs: &device::pack::Packs,
    recording: &Recording,
) -> Result<Identified, Failure> {
    if let Some(pack) = &arguments.pack {
        let (pack, model) = pack
            .split_once(':')
            .map_or((pack.as_str(), None), |(pack, model)| (pack, Some(model)));
        return Ok(Identified {
            pack: pack.to_string(),
            model: model.map(str::to_string),
        });
    }
    let found = record::identify(
        packs,
        recording.show("show inventory"),
        recording.show("show version"),
    );
    found.ok_or(Failure::Unidentified)
}

/// How many lines of a configuration the pack doesn't know.
fn refused(packs: &device::pack::Packs, platform: &Identified, config: &str) -> usize {
    let found = match &platform.model {
        Some(model) => packs.platform(&platform.pack, Some(model)),
        None => packs.fitting(&platform.pack, config),
    };
    let Some(found) = found else {
        return 0;
    };
    let more = found.equipped_for(config);
    let whole = more.as_ref().unwrap_or(&found);
    reader::read(whole, &mut whole.bare().clone(), config).len()
}

/// Passwords from the environment, else from the terminal.
struct Asked;

impl Secrets for Asked {
    fn password(&mut self) -> Option<String> {
        secret("FLEET_PASSWORD", "Password: ")
    }

    fn enable(&mut self) -> Option<String> {
        secret("FLEET_ENABLE", "Enable secret: ")
    }
}

fn secret(variable: &str, question: &str) -> Option<String> {
    let given = std::env::var(variable)
        .ok()
        .filter(|secret| !secret.is_empty());
    given.or_else(|| rpassword::prompt_password(question).ok())
}
