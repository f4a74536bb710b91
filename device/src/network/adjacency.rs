//! What a device remembers of its links and neighbours: in which state each is, and since when. When it looks around
//! and finds another state, it logs what a device logs then.
//!
//! # How a protocol joins in
//!
//! It adds an [`Evaluator`] to [`EVALUATORS`]. An evaluator is a pure function of a [`Network`]: it returns a
//! [`Finding`] for each neighbour (or link, session, tunnel) that `network.own()` has now, in the order in which a
//! device would log them, and leaves out what isn't there. It must ask only for what its configuration needs, and
//! return at once if the protocol isn't configured: it runs whenever a device of the same network changed.
//!
//! - `kind` and `key` say which one it is (`"ospf"`, `"1/10.0.0.2"`), `state` is a text of the protocol's own (`"FULL"`).
//! - A finding whose state is new logs its `gained` lines; one that was not there before does so too, unless it is
//!   `initial` (a state that nobody is told of, such as BGP's Idle).
//!   `{old}` in a line stands for the state before.
//! - A finding that is no longer there logs the `lost` lines that it came with, or the `severed` ones if the interface
//!   that it is `through` is down.
//!
//! A view asks [`Memory::since`] for the time of the state that it has computed itself: views show what is, the memory
//! only knows since when.

use std::collections::BTreeMap;

use super::routing::findings;
use super::{Interface, Network};
use crate::SimTime;

/// Something that a device keeps an eye on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) kind: &'static str,
    pub(crate) key: String,
    pub(crate) state: String,
    /// The state is the one that things begin in: nobody is told of it unless it was another one.
    pub(crate) initial: bool,
    /// Logged when the state becomes this one.
    pub(crate) gained: Vec<String>,
    /// Logged when there is no such finding any more.
    pub(crate) lost: Vec<String>,
    /// The interface that it depends on.
    pub(crate) through: Option<String>,
    /// Logged instead of `lost` if that interface is down.
    pub(crate) severed: Vec<String>,
}

impl Finding {
    /// A finding that has no state yet, and of which nothing is logged.
    pub(crate) fn of(kind: &'static str, key: String) -> Self {
        Self {
            kind,
            key,
            state: String::new(),
            initial: false,
            gained: Vec::new(),
            lost: Vec::new(),
            through: None,
            severed: Vec::new(),
        }
    }
}

/// What is to be found now.
pub(crate) type Evaluator = fn(&Network) -> Vec<Finding>;

/// All that is looked at, in the order in which one thing follows from another.
const EVALUATORS: &[Evaluator] = &[
    links,
    super::events::evaluate,
    findings::tunnels,
    findings::tracks,
    findings::standby,
    findings::ospf,
    findings::eigrp,
    findings::isis,
    findings::bgp,
    findings::bfd,
    findings::pim,
    findings::lisp,
];

/// The kinds of the findings about interfaces: its line, its protocol.
pub(crate) const LINK: &str = "link";
pub(crate) const PROTOCOL: &str = "protocol";

/// What was found when the device looked around last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    known: BTreeMap<(&'static str, String), Known>,
}

#[derive(Debug, Clone)]
struct Known {
    state: String,
    since: SimTime,
    /// It has been in another state.
    moved: bool,
    lost: Vec<String>,
    through: Option<String>,
    severed: Vec<String>,
}

impl Known {
    /// What is logged now that it is gone.
    fn farewell(self, network: &Network) -> Vec<String> {
        let own = network.own().name();
        let interface = self.through.and_then(|name| network.interface(own, &name));
        let works = interface.is_none_or(|interface| interface.protocol);
        if works { self.lost } else { self.severed }
    }
}

impl Memory {
    /// Since when something is in a state; `None` if it was in another one when the device looked last.
    pub(crate) fn since(&self, kind: &'static str, key: &str, state: &str) -> Option<SimTime> {
        let known = self.known.get(&(kind, key.to_string()))?;
        (known.state == state).then_some(known.since)
    }

    /// Whether something has been in no other state than this one, as far as the device has seen.
    pub(crate) fn was_always(&self, kind: &'static str, key: &str, state: &str) -> bool {
        let known = self.known.get(&(kind, key.to_string()));
        known.is_none_or(|known| known.state == state && !known.moved)
    }

    /// Whether the device has looked around at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Takes what a network shows as what was so all along.
    pub(crate) fn assume(&mut self, network: &Network, since: SimTime) {
        _ = self.compare(network, since);
    }

    /// Takes over what a network shows now; returns what is to be logged, in order.
    pub(crate) fn compare(&mut self, network: &Network, now: SimTime) -> Vec<String> {
        let mut lines = Vec::new();
        let mut before = std::mem::take(&mut self.known);
        for finding in EVALUATORS.iter().flat_map(|evaluator| evaluator(network)) {
            let old = before.remove(&(finding.kind, finding.key.clone()));
            let same = old
                .as_ref()
                .filter(|old| old.state == finding.state)
                .map(|old| old.since);
            if same.is_none() && (old.is_some() || !finding.initial) {
                let was = old.as_ref().map_or("Init", |old| &old.state);
                let told = finding.gained.iter();
                lines.extend(told.map(|line| line.replace("{old}", was)));
            }
            let known = Known {
                moved: old.is_some_and(|old| old.moved || old.state != finding.state),
                state: finding.state,
                since: same.unwrap_or(now),
                lost: finding.lost,
                through: finding.through,
                severed: finding.severed,
            };
            self.known.insert((finding.kind, finding.key), known);
        }
        let gone = before.into_values();
        lines.splice(0..0, gone.flat_map(|gone| gone.farewell(network)));
        lines
    }

    /// Notes that an interface was shut down, or not any more, which has been logged already.
    pub(crate) fn told(&mut self, interface: &str, line: &str, protocol: &str, now: SimTime) {
        for (kind, state) in [(LINK, line), (PROTOCOL, protocol)] {
            if let Some(known) = self.known.get_mut(&(kind, interface.to_string()))
                && known.state != state
            {
                known.state = state.to_string();
                known.since = now;
                known.moved = true;
            }
        }
    }
}

/// The state of an interface's line.
pub(crate) fn line_state(interface: &Interface) -> &'static str {
    match (interface.shutdown, interface.line) {
        (true, _) => "administratively down",
        (false, true) => "up",
        (false, false) => "down",
    }
}

/// The state of its protocol.
pub(crate) fn protocol_state(interface: &Interface) -> &'static str {
    if interface.protocol { "up" } else { "down" }
}

/// Every interface whose state a device logs: line and protocol.
fn links(network: &Network) -> Vec<Finding> {
    let mut findings = Vec::new();
    for interface in network.interfaces(network.own().name()).iter() {
        if interface.parent().is_some() || QUIET.contains(&interface.kind.as_str()) {
            continue;
        }
        let (line, protocol) = (line_state(interface), protocol_state(interface));
        let name = &interface.name;
        let finding = |kind, state: &str, gained, lost| Finding {
            kind,
            key: name.clone(),
            state: state.to_string(),
            initial: state != "up",
            gained: vec![gained],
            lost: vec![lost],
            through: None,
            severed: Vec::new(),
        };
        let of_line = finding(
            LINK,
            line,
            link_line(name, line),
            link_line(name, "administratively down"),
        );
        let of_protocol = finding(
            PROTOCOL,
            protocol,
            protocol_line(name, protocol),
            protocol_line(name, "down"),
        );
        // A line comes up before its protocol, and goes down after it.
        if line == "up" {
            findings.extend([of_line, of_protocol]);
        } else {
            findings.extend([of_protocol, of_line]);
        }
    }
    // An SVI, loopback or tunnel has a protocol only; its line is the operator's alone.
    findings.retain(|finding| finding.kind == PROTOCOL || has_line(&finding.key));
    findings
}

/// Interfaces that nobody is told of. Of tunnels `findings::tunnels` tells.
const QUIET: &[&str] = &[
    "Null",
    "LISP",
    "L2LISP",
    "Bluetooth",
    "AppGigabitEthernet",
    "Tunnel",
];

fn has_line(name: &str) -> bool {
    ![
        "Vlan",
        "Loopback",
        "Tunnel",
        "nve",
        "BDI",
        "VirtualPortGroup",
    ]
    .iter()
    .any(|kind| name.starts_with(kind))
}

/// The message about a line.
pub(crate) fn link_line(interface: &str, state: &str) -> String {
    let kind = if state == "administratively down" {
        "5-CHANGED"
    } else {
        "3-UPDOWN"
    };
    format!("%LINK-{kind}: Interface {interface}, changed state to {state}")
}

/// The message about a protocol.
pub(crate) fn protocol_line(interface: &str, state: &str) -> String {
    format!("%LINEPROTO-5-UPDOWN: Line protocol on Interface {interface}, changed state to {state}")
}
