//! Where all push to: a fleet and the floor's server, and links to them if there is to be a way.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use emulator::Fleet;
use load::floor::{Replies, Server};
use programmer::plan::{DevicePlan, PlanLine};
use programmer::session::{Reply, Request};
use programmer::transport::Connector;

use super::job::{Job, Target};
use super::link::Link;
use super::own::{Own, asked, connector, each, odd, plans, run};
use crate::terminal::parsed;

/// The platform of the devices.
pub(super) const PACK: &str = "catalyst-9300";
/// How both sides ask for the password of `enable`.
pub(super) const PASSWORD_PROMPT: &str = "Password: ";
const USER: &str = "netadmin";
/// Of the login and of `enable`: ferrissh knows only one.
const PASSWORD: &str = "C1sco12345";
/// Users land at `>`. The passwords aren't hashed: how slow a hash is isn't the question.
const STARTUP: &str = "enable password C1sco12345\n\
    username netadmin privilege 1 password C1sco12345\nline vty 0 31\n login local\nend\n";
/// Sessions at once that warm and check.
const CHECKS_AT_ONCE: usize = 32;
/// How long a device may take to show its configuration.
const SHOW_MAX: Duration = Duration::from_secs(60);

/// A fleet and the floor's server.
pub struct Field {
    fleet: Vec<SocketAddr>,
    floor: Server,
    far_fleet: Vec<Link>,
    far_floor: Option<Link>,
    // Serves as long as it is here.
    _serving: Fleet,
}

/// Who is pushed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The devices.
    Fleet,
    /// russh alone.
    Floor,
}

impl Field {
    /// Starts both; files that the devices start with are written into a folder. A round trip of zero is none.
    pub async fn start(devices: usize, folder: &Path, round_trip: Duration) -> Self {
        std::fs::write(folder.join("startup.cfg"), STARTUP).unwrap();
        let serving = Fleet::start(parsed(&topology(devices), folder), Default::default());
        let serving = serving.await.expect("a fleet starts");
        let fleet: Vec<_> = (0..devices)
            .map(|at| serving.address(at).unwrap())
            .collect();
        let replies = Replies::new("edge-1#").question("enable", PASSWORD_PROMPT);
        let floor = Server::start(replies).await.unwrap();
        let (mut far_fleet, mut far_floor) = (Vec::new(), None);
        if !round_trip.is_zero() {
            for address in &fleet {
                far_fleet.push(Link::to(*address, round_trip).await.unwrap());
            }
            far_floor = Some(Link::to(floor.address(), round_trip).await.unwrap());
        }
        Self {
            fleet,
            floor,
            far_fleet,
            far_floor,
            _serving: serving,
        }
    }

    /// A job for as many devices as there are.
    #[must_use]
    pub fn job(&self, side: Side, lines: Vec<String>, at_once: usize) -> Job {
        let address = |at: usize| match side {
            Side::Fleet => self.far_fleet.get(at).map_or(self.fleet[at], Link::address),
            Side::Floor => self
                .far_floor
                .as_ref()
                .map_or(self.floor.address(), Link::address),
        };
        let devices = (0..self.fleet.len()).map(|at| target(at, address(at)));
        Job {
            devices: devices.collect(),
            lines,
            at_once,
        }
    }

    /// The same without the way there.
    fn near_job(&self, lines: Vec<String>) -> Job {
        let devices = self.fleet.iter().enumerate();
        Job {
            devices: devices.map(|(at, address)| target(at, *address)).collect(),
            lines,
            at_once: CHECKS_AT_ONCE,
        }
    }

    /// Pushes lines, so that who is measured first finds devices as who is measured last does.
    pub async fn warm(&self, lines: Vec<String>) {
        let outcome = run(Own::Session, 1, self.near_job(lines)).await;
        assert_eq!(outcome.failures, 0, "{:?}", outcome.first_failure);
    }

    /// How many devices show every description of these lines.
    pub async fn having(&self, lines: &[String]) -> usize {
        let job = self.near_job(lines.to_vec());
        let connector = connector();
        let act = move |plan: DevicePlan| {
            let connector = connector.clone();
            async move { check(&plan, &connector).await }
        };
        let missing = each(plans(&job), CHECKS_AT_ONCE, act).await;
        self.fleet.len() - missing.len()
    }
}

fn topology(devices: usize) -> String {
    let (name, count) = match devices {
        1 => ("edge-1", String::new()),
        _ => ("edge-{n}", format!(", count: {devices}")),
    };
    format!(
        "name: peers\nseed: 7\nlisten: {{address: 127.0.0.1, port: 0}}\nssh: {{host_key: [ssh-ed25519]}}\n\
         credentials: {{username: {USER}, password: {PASSWORD}, enable: {PASSWORD}}}\n\
         devices: [{{name: \"{name}\", pack: {PACK}, startup: startup.cfg{count}}}]\n"
    )
}

fn target(at: usize, address: SocketAddr) -> Target {
    Target {
        name: format!("edge-{}", at + 1),
        host: address.ip().to_string(),
        port: address.port(),
        username: USER.to_string(),
        password: PASSWORD.to_string(),
        secret: PASSWORD.to_string(),
    }
}

/// Whether a device shows each description of its plan.
async fn check(plan: &DevicePlan, connector: &Connector) -> Result<(), String> {
    let request = Request::Exec {
        command: "show running-config | include ^ description".to_string(),
        within: SHOW_MAX,
        ends: None,
    };
    let shown = match asked(plan, connector, request).await? {
        Reply::Output { lines } => lines,
        other => return Err(odd(&other)),
    };
    let shown: std::collections::HashSet<&str> = shown.iter().map(|line| line.trim()).collect();
    let mut wanted = plan.lines().iter().map(PlanLine::text);
    match wanted.find(|text| text.starts_with("description") && !shown.contains(text)) {
        Some(missing) => Err(missing.to_string()),
        None => Ok(()),
    }
}
