//! `ping` and `traceroute`: who answers follows from the routing tables of the network (`network::routing`), there and
//! back. Without a target the command asks for everything, question by question.
//!
//! Known limits: marks come all at once, without the two seconds of each that is missed; there are no name servers.

use std::net::IpAddr;

use super::Session;
use super::commands::number;
use super::dialogue::Question;
use super::exec::{Ready, value};
use crate::SimTime;
use crate::grammar::World;
use crate::network::routing::echo::NoEcho;
use crate::network::routing::{End, Walk};
use crate::state::State;

/// A device breaks its row of marks here.
const MARKS_A_ROW: usize = 70;

/// IOS takes two thousand million echoes, which would run for months; a virtual device stops here, as if it was
/// interrupted.
const ECHOES_MAX: usize = 10_000;

/// `traceroute` gives up behind this many routers, unless it is told otherwise.
const TTL_MAX: usize = 30;

/// What is sent.
#[derive(Debug, Clone)]
pub(super) struct Request {
    vrf: Option<String>,
    host: String,
    repeat: usize,
    size: String,
    timeout_s: u64,
    /// An interface or address, as it was given.
    source: Option<String>,
    do_not_fragment: bool,
}

impl Request {
    fn of(ready: &Ready) -> Self {
        let values = &ready.values;
        let text = |name: &str| value(values, name).map(ToString::to_string);
        Self {
            // A keyword of the same name isn't a value.
            vrf: text("vrf").filter(|vrf| vrf != "vrf"),
            host: text("host").unwrap_or_default(),
            repeat: number(values, "repeat").unwrap_or(5),
            size: text("size")
                .filter(|size| size != "size")
                .unwrap_or_else(|| "100".to_string()),
            timeout_s: number(values, "timeout").unwrap_or(2),
            source: text("address").or_else(|| text("source").filter(|source| source != "source")),
            do_not_fragment: ready.says("df-bit"),
        }
    }
}

/// The questions of a `ping` without a target, and what was answered.
#[derive(Debug, Clone)]
pub(super) struct Form {
    request: Request,
    at: usize,
    extended: bool,
}

/// A question: its text, and whether it belongs to the extended commands.
const QUESTIONS: &[(&str, bool)] = &[
    ("Protocol [ip]: ", false),
    ("Target IP address: ", false),
    ("Repeat count [5]: ", false),
    ("Datagram size [100]: ", false),
    ("Timeout in seconds [2]: ", false),
    ("Extended commands [n]: ", false),
    ("Ingress ping [n]: ", true),
    ("Source address or interface: ", true),
    ("DSCP Value [0]: ", true),
    ("Type of service [0]: ", true),
    ("Set DF bit in IP header? [no]: ", true),
    ("Validate reply data? [no]: ", true),
    ("Data pattern [0x0000ABCD]: ", true),
    ("Loose, Strict, Record, Timestamp, Verbose[none]: ", true),
    ("Sweep range of sizes [n]: ", false),
];

impl Form {
    pub(super) fn text(&self) -> &'static str {
        QUESTIONS.get(self.at).map_or("", |(text, _)| text)
    }

    /// Takes an answer; what a device says if it is none.
    fn take(&mut self, answer: &str) -> Result<(), &'static str> {
        let yes = !answer.is_empty() && "yes".starts_with(&answer.to_ascii_lowercase());
        let empty = answer.is_empty();
        match self.at {
            0 if !empty && !"ip".starts_with(answer) => {
                return Err("% Unknown protocol - \"help\" for help\n");
            }
            1 if empty => return Err("% Bad IP address\n"),
            1 => self.request.host = answer.to_string(),
            2 if !empty => self.request.repeat = answer.parse().map_err(|_| NO_NUMBER)?,
            3 if !empty => {
                self.request.size = answer.parse::<u32>().map_err(|_| NO_NUMBER)?.to_string()
            }
            4 if !empty => self.request.timeout_s = answer.parse().map_err(|_| NO_NUMBER)?,
            5 => self.extended = yes,
            7 if !empty => self.request.source = Some(answer.to_string()),
            10 => self.request.do_not_fragment = yes,
            _ => {}
        }
        Ok(())
    }

    /// The next question; none if all are answered.
    fn next(mut self) -> Result<Self, Request> {
        self.at += 1;
        while let Some((_, extended)) = QUESTIONS.get(self.at) {
            if !extended || self.extended {
                return Ok(self);
            }
            self.at += 1;
        }
        Err(self.request)
    }
}

const NO_NUMBER: &str = "% A decimal number between 1 and 2147483647.\n";

impl Session {
    /// `ping` with a target, or the questions that lead to one.
    pub(super) fn ping(&mut self, state: &State, ready: &Ready, now: SimTime) -> Option<String> {
        let request = Request::of(ready);
        if request.host.is_empty() {
            self.ask(
                state,
                Question::Echo(Box::new(Form {
                    request,
                    at: 0,
                    extended: false,
                })),
            );
            return None;
        }
        Some(ping(state, &request, now))
    }

    pub(super) fn echo_answered(
        &mut self,
        state: &State,
        mut form: Form,
        answer: &str,
        now: SimTime,
    ) {
        if let Err(says) = form.take(answer) {
            return self.say(says);
        }
        match form.next() {
            Ok(form) => self.ask(state, Question::Echo(Box::new(form))),
            Err(request) => self.say(&ping(state, &request, now)),
        }
    }
}

/// Where an echo goes: the address of its host and where it comes from, or what a device says if there is none.
struct Aim {
    to: IpAddr,
    vrf: Option<String>,
    source: Option<IpAddr>,
}

fn aim(state: &State, request: &Request) -> Result<Aim, String> {
    let vrfs = |kind: &str| {
        let grammar = state.platform.grammar();
        let mut all = state.config.named(grammar, kind);
        all.any(|s| s.value("vrf") == request.vrf.as_deref())
    };
    if let Some(vrf) = &request.vrf
        && !vrfs("vrf definition")
        && !vrfs("ip vrf")
    {
        return Err(format!("% VRF {vrf} does not exist\n"));
    }
    let to = address_of(state, &request.host)?;
    let source = match &request.source {
        None => None,
        Some(text) => Some(source(state, request, text, to)?),
    };
    Ok(Aim {
        to,
        vrf: request.vrf.clone(),
        source,
    })
}

/// The address of a host: as it is, or as `ip host` names it.
fn address_of(state: &State, host: &str) -> Result<IpAddr, String> {
    if let Ok(address) = host.parse() {
        return Ok(address);
    }
    let grammar = state.platform.grammar();
    let mut hosts = state
        .config
        .iter()
        .filter(|s| s.kind(grammar).starts_with("ip host"));
    let named = hosts.find(|s| {
        s.line
            .split(' ')
            .any(|word| word.eq_ignore_ascii_case(host))
    });
    let address = named.and_then(|s| s.line.split(' ').find_map(|word| word.parse().ok()));
    address.ok_or_else(|| {
        let asks = state.get("ip domain lookup").is_none_or(|s| !s.negated);
        let asked = if asks {
            format!("Translating \"{host}\"...domain server (255.255.255.255)\n")
        } else {
            String::new()
        };
        format!("{asked}% Unrecognized host or address, or protocol not running.\n\n")
    })
}

/// The address to send from: one of the device's own.
fn source(state: &State, request: &Request, text: &str, to: IpAddr) -> Result<IpAddr, String> {
    let network = state.network();
    let own = &network.routing().routers[0];
    let invalid =
        || "% Invalid source address- IP address not on any of our up interfaces\n".to_string();
    if let Ok(address) = text.parse::<IpAddr>() {
        let has = own.with_address(request.vrf.as_deref(), address).is_some();
        return if has { Ok(address) } else { Err(invalid()) };
    }
    let name = state
        .platform
        .interfaces()
        .resolve(text)
        .unwrap_or_else(|| text.to_string());
    let port = own
        .port(&name)
        .map(|port| &own.ports[port])
        .ok_or("% Invalid source\n")?;
    if port.vrf() != request.vrf.as_deref() {
        return Err(
            "% Invalid source interface - Interface vrf does not match the vrf used for ping\n"
                .to_string(),
        );
    }
    port.address_of(to.is_ipv4())
        .filter(|_| port.up)
        .ok_or_else(|| {
            "% Invalid source interface - IP not enabled or interface is down\n".to_string()
        })
}

/// What an echo comes to.
fn outcome(state: &State, aim: &Aim, now: SimTime) -> Result<usize, NoEcho> {
    let network = state.network();
    let answer = network
        .routing()
        .echo(0, aim.vrf.as_deref(), aim.source, aim.to);
    if answer.is_err() && state.answers(now, aim.to) {
        return Ok(1);
    }
    answer
}

/// The text of `ping`.
fn ping(state: &State, request: &Request, now: SimTime) -> String {
    let aim = match aim(state, request) {
        Ok(aim) => aim,
        Err(says) => return says,
    };
    let (count, sent) = (request.repeat, request.repeat.min(ECHOES_MAX));
    let mut text = format!(
        "Type escape sequence to abort.\nSending {count}, {}-byte ICMP Echos to {}, timeout is {} seconds:\n",
        request.size,
        shown(aim.to),
        request.timeout_s
    );
    if let Some(source) = aim.source {
        text.push_str(&format!(
            "Packet sent with a source address of {} \n",
            shown(source)
        ));
    }
    if request.do_not_fragment {
        text.push_str("Packet sent with the DF bit set\n");
    }
    let answer = outcome(state, &aim, now);
    let mark = |at: usize| match &answer {
        Ok(_) => '!',
        // Unreachables are limited to one a while.
        Err(NoEcho::Unreachable) if at.is_multiple_of(2) => 'U',
        Err(_) => '.',
    };
    for row in (0..sent).step_by(MARKS_A_ROW) {
        text.extend((row..sent.min(row + MARKS_A_ROW)).map(mark));
        text.push('\n');
    }
    match answer {
        Ok(hops) => {
            let (first, last) = (hops.max(1), hops.max(1) + 1);
            text.push_str(&format!(
                "Success rate is 100 percent ({sent}/{sent}), round-trip min/avg/max = {first}/{first}/{last} ms\n"
            ));
        }
        Err(_) => text.push_str(&format!("Success rate is 0 percent (0/{sent})\n")),
    }
    text
}

/// The text of `traceroute`.
pub(super) fn traceroute(state: &State, ready: &Ready, now: SimTime) -> String {
    let request = Request::of(ready);
    let aim = match aim(state, &request) {
        Ok(aim) => aim,
        Err(says) => return says,
    };
    let values = &ready.values;
    let probes: usize = number(values, "probe").unwrap_or(3).clamp(1, 10);
    let first: usize = number::<usize>(values, "min").unwrap_or(1).max(1);
    let last: usize = number(values, "max").unwrap_or(TTL_MAX).min(255);
    let to = shown(aim.to);
    let target = if request.host == to {
        to
    } else {
        format!("{} ({to})", request.host)
    };
    let mut text = format!(
        "Type escape sequence to abort.\nTracing the route to {target}\nVRF info: (vrf in name/id, vrf out name/id)\n"
    );
    let network = state.network();
    let walk = network.routing().walk(0, aim.vrf.as_deref(), aim.to);
    let answered = outcome(state, &aim, now).is_ok();
    let lines = hops(&walk, &aim, answered, probes, last);
    let wanted = lines
        .iter()
        .enumerate()
        .filter(|(at, _)| at + 1 >= first && *at < last);
    for (at, line) in wanted {
        text.push_str(&format!("{:>3} {line}\n", at + 1));
    }
    text
}

/// A line for each router on the way.
fn hops(walk: &Walk, aim: &Aim, answered: bool, probes: usize, last: usize) -> Vec<String> {
    let silent = || " *".repeat(probes).replace(" *", " * ");
    let times = |at: usize| format!("{} msec ", at + 1).repeat(probes);
    let arrived = matches!(walk.end, End::Arrived { .. });
    let mut lines: Vec<String> = Vec::new();
    for (at, step) in walk.steps.iter().enumerate() {
        let end = arrived && at + 1 == walk.steps.len();
        // The last one answers too from the address that faces the sender.
        let address = shown(step.address);
        lines.push(if end && !answered {
            silent()
        } else {
            format!("{address} {}", times(at).trim_end())
        });
    }
    match walk.end {
        End::Arrived { .. } if walk.steps.is_empty() => {
            lines.push(format!("{} {}", shown(aim.to), times(0).trim_end()))
        }
        End::Arrived { .. } if answered => {}
        End::Unreachable { .. } if !walk.steps.is_empty() => {
            let from = walk
                .steps
                .last()
                .map(|step| shown(step.address))
                .unwrap_or_default();
            lines.push(format!("{from} !H  *  !H"));
        }
        _ if answered => lines.push(format!("{} {}", shown(aim.to), times(0).trim_end())),
        _ => lines.extend((lines.len()..last).map(|_| silent()).collect::<Vec<_>>()),
    }
    lines
}

fn shown(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => address.to_string().to_ascii_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::pack::Packs;
    use crate::{Credentials, Facts};

    #[test]
    fn no_count_of_echoes_is_too_large() {
        let files = BTreeMap::from([("p/pack.yaml".to_string(), "name: p\n".to_string())]);
        let platform = Packs::load(&files).unwrap().platform("p", None).unwrap();
        let secret = String::new;
        let facts = Facts {
            name: "r1".to_string(),
            address: "127.0.0.1".parse().unwrap(),
            seed: 1,
            credentials: Credentials {
                username: secret(),
                password: secret(),
                enable: secret(),
            },
            startup: None,
            cables: Vec::new(),
            access_points: Vec::new(),
            controller: None,
        };
        let surroundings = std::sync::Arc::new(crate::network::Alone);
        let state = State::new(platform, facts, surroundings, SimTime(0));
        let request = Request {
            vrf: None,
            host: "192.0.2.1".to_string(),
            repeat: 2_147_483_647,
            size: "100".to_string(),
            timeout_s: 2,
            source: None,
            do_not_fragment: false,
        };
        let text = ping(&state, &request, SimTime(0));
        assert!(text.len() < 2 * ECHOES_MAX);
        assert!(text.ends_with("Success rate is 0 percent (0/10000)\n"));
    }
}
