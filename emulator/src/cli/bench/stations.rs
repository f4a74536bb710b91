//! Who is loaded: the fleet or somebody at an address, and the floor that holds the same exchange.

use std::net::{SocketAddr, ToSocketAddrs};
use std::process::Command;
use std::sync::Arc;

use load::client::{Client, Method};
use load::meter::Process;
use load::script::Script;
use load::side::{Exchange, Side};
use load::sweep::{FLOOR, Station};
use tokio::runtime::Runtime;

use super::{Bench, side};
use crate::cli::Failure;

/// What the floor's prompt is.
const PROMPT: &str = "floor#";

/// How stations are made.
pub(super) struct Stations<'a> {
    arguments: &'a Bench,
    script: Arc<Script>,
    client: Client,
    floor_client: Client,
    /// Somebody who runs already; none is a fleet that is started.
    others: Vec<SocketAddr>,
}

/// Stations, and the processes that serve them.
pub(super) struct Sides {
    pub(super) stations: Vec<Station>,
    // They serve as long as they are here.
    _sides: Vec<Side>,
}

impl Sides {
    /// How many devices are loaded.
    pub(super) fn devices(&self) -> usize {
        let loaded = self.stations.last();
        loaded.map_or(0, |station| station.addresses.len())
    }
}

impl<'a> Stations<'a> {
    /// Finds out who logs in, and where.
    pub(super) fn prepare(arguments: &'a Bench, script: &Arc<Script>) -> Result<Self, Failure> {
        let (username, password, enable) = match &arguments.topology {
            Some(file) => {
                let topology = side::read(file, arguments.packs.as_deref())?;
                let rows = side::loaded(&topology, arguments.role.as_deref(), 1);
                let Some(first) = rows.first() else {
                    return Err(Failure::Load(format!(
                        "no device of {} has the role\n\nhint: `fleet inventory` lists them",
                        file.display()
                    )));
                };
                let known = first.group.credentials.clone();
                (known.username, known.password, Some(known.enable))
            }
            None => {
                let username = arguments.username.clone().unwrap_or_default();
                let password = super::password().ok_or_else(no_password)?;
                (username, password, super::secret("FLEET_ENABLE"))
            }
        };
        let dialogue = script.dialogue(enable.as_deref(), arguments.patience());
        let floor_client = Client::new(&username, &password, dialogue);
        let method = match arguments.keyboard_interactive {
            true => Method::KeyboardInteractive,
            false => Method::Password,
        };
        let others = arguments.address.iter().map(|address| resolved(address));
        Ok(Self {
            arguments,
            script: script.clone(),
            client: floor_client.clone().method(method),
            floor_client,
            others: others.collect::<Result<_, _>>()?,
        })
    }

    /// What is typed.
    pub(super) fn script(&self) -> &Arc<Script> {
        &self.script
    }

    /// Starts them: the floor first, with which the other is compared. The other has so many devices at most.
    pub(super) fn start(&self, runtime: &Runtime, devices: usize) -> Result<Sides, Failure> {
        let (loaded, mut sides) = self.loaded(devices)?;
        let mut stations = vec![loaded];
        if !self.arguments.no_floor {
            let exchange = runtime.block_on(self.exchange(&stations[0]));
            let floor = started(Command::new(own()?).args([
                "bench-side",
                "--floor",
                &exchange.argument(),
            ]))?;
            stations.insert(0, self.floor(&floor));
            sides.push(floor);
        }
        Ok(Sides {
            stations,
            _sides: sides,
        })
    }

    fn loaded(&self, devices: usize) -> Result<(Station, Vec<Side>), Failure> {
        let Some(file) = &self.arguments.topology else {
            let station = Station {
                who: "address".to_string(),
                client: self.client.clone(),
                addresses: self.others.clone().into(),
                server: self.arguments.pid.map(Process::numbered),
            };
            return Ok((station, Vec::new()));
        };
        let mut command = Command::new(own()?);
        command.arg("bench-side").arg("--topology").arg(file);
        command.args(["--devices", &devices.to_string()]);
        for (option, value) in [
            ("--role", self.arguments.role.as_ref().map(Into::into)),
            ("--packs", self.arguments.packs.clone()),
        ] {
            if let Some(value) = value {
                command.arg(option).arg(value);
            }
        }
        let fleet = started(&mut command)?;
        let station = Station {
            who: "fleet".to_string(),
            client: self.client.clone(),
            addresses: fleet.addresses().into(),
            server: Some(fleet.process()),
        };
        Ok((station, vec![fleet]))
    }

    fn floor(&self, side: &Side) -> Station {
        Station {
            who: FLOOR.to_string(),
            client: self.floor_client.clone(),
            addresses: side.addresses().into(),
            server: Some(side.process()),
        }
    }

    /// How long the answers are that are measured, and what is asked. Whoever doesn't answer fails later, and is counted.
    async fn exchange(&self, station: &Station) -> Exchange {
        let mut exchange = Exchange {
            prompt: PROMPT.to_string(),
            ..Exchange::default()
        };
        let Some(address) = station.addresses.first() else {
            return exchange;
        };
        let Ok(mut terminal) = station.client.open(*address).await else {
            return exchange;
        };
        if let Some(agreed) = terminal
            .handshake()
            .filter(|_| !self.arguments.least_handshake)
        {
            exchange.handshake = agreed.clone();
        }
        if let Some(enable) = self.script.enable.as_ref().filter(|_| terminal.was_asked()) {
            exchange
                .questions
                .push((enable.command.clone(), enable.question.clone()));
        }
        for line in self.script.setup.iter().chain([&self.script.command]) {
            if let Ok(answered) = terminal.line(line).await {
                // The echo and the prompt are there anyway.
                let bytes = answered.bytes.saturating_sub(line.len() + 2 + PROMPT.len());
                if bytes > PROMPT.len() {
                    exchange.bytes.push((line.clone(), bytes));
                }
            }
        }
        terminal.close().await;
        exchange
    }
}

fn own() -> Result<std::path::PathBuf, Failure> {
    std::env::current_exe().map_err(|error| Failure::System("this program can't be found", error))
}

fn started(command: &mut Command) -> Result<Side, Failure> {
    Side::start(command)
        .map_err(|error| Failure::System("a side of the bench can't be started", error))
}

fn resolved(address: &str) -> Result<SocketAddr, Failure> {
    let mut found = address
        .to_socket_addrs()
        .map_err(|error| Failure::Load(format!("{}: {error}", address.escape_debug())))?;
    found
        .next()
        .ok_or_else(|| Failure::Load(format!("{}: no such host", address.escape_debug())))
}

fn no_password() -> Failure {
    Failure::Load(
        "no password\n\nhint: set FLEET_PASSWORD; passwords never stand on the command line"
            .to_string(),
    )
}
