//! The plausible control plane: what follows for a device from its own configuration, from that of the devices that
//! it is cabled to, and from the cables. Nothing is sent; everything is computed when somebody asks.
//!
//! - [`Node`] is what one device shows the others: immutable, shared, cheap.
//! - [`Surroundings`] is how a device finds the nodes of others; whoever drives it provides them.
//! - [`Network`] is what one device sees at one moment: itself and, as far as a question leads, the others. It is made
//!   for one question and then dropped, and remembers what it has computed.
//! - [`Interface`] is a port of a node with the state that follows from both ends; `link` computes it, `channel` says
//!   which ports a port-channel bundles, `tree` which ports spanning tree blocks, `segment` who shares a broadcast
//!   domain.
//! - `lease` gives out addresses by DHCP.
//! - `adjacency` compares what follows now with what followed before, and logs the difference. A protocol adds an
//!   evaluator there and builds on [`Network`] alone.
//! - `presence` says when a device shows itself to others and when it looks around.
//!
//! Known limits: a device sees others a tenth of a second late (`presence`); a far end that nobody describes (a cable to
//! a device that no driver knows) is taken to be up and to agree with everything.

pub(crate) mod adjacency;
mod channel;
mod discovery;
mod events;
mod interface;
mod lease;
mod link;
mod node;
pub(crate) mod presence;
mod reading;
pub(crate) mod routing;
mod segment;
pub(crate) mod tree;

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub use channel::ChannelMode;
pub use discovery::{Discovery, Heard, speaks};
pub use interface::{Address, Address6, Interface, PortMode, Settings, Vlans};
pub use lease::Lease;
pub use node::Node;
pub(crate) use node::Shown;
pub use segment::Seat;
pub use tree::{Bridge, BridgeId, Instance, Role, Tree, TreePort};

/// The most devices that one question looks at. A campus has some hundred; beyond that a question would hold its
/// device up for longer than a client waits for a line.
pub const NODES_MAX: usize = 512;

/// How a device finds what others show.
pub trait Surroundings: Debug + Send + Sync {
    /// What a device shows now, by its name in the topology. `None` if nobody knows it.
    fn node(&self, name: &str) -> Option<Arc<Node>>;

    /// What it showed when everything started: nobody had touched it yet.
    fn first(&self, name: &str) -> Option<Arc<Node>> {
        self.node(name)
    }
}

/// No other device is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Surroundings for Alone {
    fn node(&self, _name: &str) -> Option<Arc<Node>> {
        None
    }
}

/// The surroundings as they were when everything started.
#[derive(Debug)]
pub(crate) struct AtFirst(pub(crate) Arc<dyn Surroundings>);

impl Surroundings for AtFirst {
    fn node(&self, name: &str) -> Option<Arc<Node>> {
        self.0.first(name)
    }
}

/// What one device sees at one moment.
#[derive(Debug)]
pub struct Network {
    own: Arc<Node>,
    surroundings: Arc<dyn Surroundings>,
    /// Nodes that were asked for; `None` is known to be unknown.
    nodes: Mutex<BTreeMap<String, Option<Arc<Node>>>>,
    /// Interfaces as their links have them, and with the addresses that they were given.
    links: Mutex<BTreeMap<String, Arc<[Interface]>>>,
    interfaces: Mutex<BTreeMap<String, Arc<[Interface]>>>,
    leases: Mutex<BTreeMap<String, Arc<[Lease]>>>,
    trees: Mutex<BTreeMap<(String, Instance), Arc<Tree>>>,
    routing: OnceLock<routing::Routing>,
}

/// What is known of a device already, else what `compute` finds. The lock isn't held meanwhile: one device's answer may
/// need another's.
fn remembered<T>(
    known: &Mutex<BTreeMap<String, Arc<[T]>>>,
    of: &str,
    compute: impl FnOnce() -> Arc<[T]>,
) -> Arc<[T]> {
    let lock = || known.lock().unwrap_or_else(PoisonError::into_inner);
    let had = lock().get(of).cloned();
    had.unwrap_or_else(|| {
        let found = compute();
        lock().insert(of.to_string(), found.clone());
        found
    })
}

impl Network {
    /// What a device sees that shows this node itself.
    #[must_use]
    pub fn new(own: Arc<Node>, surroundings: Arc<dyn Surroundings>) -> Self {
        Self {
            own,
            surroundings,
            nodes: Mutex::default(),
            links: Mutex::default(),
            interfaces: Mutex::default(),
            leases: Mutex::default(),
            trees: Mutex::default(),
            routing: OnceLock::new(),
        }
    }

    /// The device that asks.
    #[must_use]
    pub fn own(&self) -> &Arc<Node> {
        &self.own
    }

    /// A device by its name in the topology; `None` if nobody knows it, or if too many were asked for.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<Arc<Node>> {
        if name == self.own.name() {
            return Some(self.own.clone());
        }
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = nodes.get(name) {
            return known.clone();
        }
        if nodes.len() >= NODES_MAX {
            return None;
        }
        let found = self.surroundings.node(name);
        nodes.insert(name.to_string(), found.clone());
        found
    }

    /// How many other devices were asked for so far: what questions have cost.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.nodes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// This device and all that cables lead to, the nearest first; at most [`NODES_MAX`].
    #[must_use]
    pub fn nodes(&self) -> Vec<Arc<Node>> {
        let mut found = vec![self.own.clone()];
        let mut known = std::collections::BTreeSet::from([self.own.name().to_string()]);
        let mut next = VecDeque::from([self.own.clone()]);
        while let Some(node) = next.pop_front() {
            for cable in &node.facts().cables {
                if found.len() >= NODES_MAX || !known.insert(cable.device.clone()) {
                    continue;
                }
                if let Some(far) = self.node(&cable.device) {
                    found.push(far.clone());
                    next.push_back(far);
                }
            }
        }
        found
    }

    /// Every interface of a device, in the order of its running-config, with its state. Empty if nobody knows it.
    #[must_use]
    pub fn interfaces(&self, node: &str) -> Arc<[Interface]> {
        remembered(&self.interfaces, node, || {
            let links = self.links(node);
            if !links.iter().any(|interface| interface.dhcp) {
                return links;
            }
            let with = |interface: &Interface| match self.leased(node, interface) {
                Some(address) => lease::addressed(interface, address),
                None => interface.clone(),
            };
            links.iter().map(with).collect()
        })
    }

    /// Every interface of a device with its state, but without the addresses that others have given it: what links,
    /// trees, segments and leases themselves are computed from.
    fn links(&self, node: &str) -> Arc<[Interface]> {
        remembered(&self.links, node, || match self.node(node) {
            Some(node) => link::states(self, &node).into(),
            None => Arc::new([]),
        })
    }

    /// The routing tables of all devices, and the protocols that fill them.
    pub(crate) fn routing(&self) -> &routing::Routing {
        self.routing.get_or_init(|| routing::Routing::new(self))
    }

    /// One interface of a device.
    #[must_use]
    pub fn interface(&self, node: &str, name: &str) -> Option<Interface> {
        let all = self.interfaces(node);
        all.iter().find(|interface| interface.name == name).cloned()
    }

    /// The interface at the other end of a port or port-channel: where it is part of a bundle, that.
    #[must_use]
    pub fn opposite(&self, node: &str, interface: &Interface) -> Option<(Arc<Node>, Interface)> {
        let near = self.links(node);
        let group = (interface.kind == "Port-channel")
            .then(|| interface.number.parse().ok())
            .flatten();
        let cabled = match group {
            Some(group) => near.iter().find(|port| port.bundled == Some(group))?,
            None => interface,
        };
        let (far, port) = self.far_end(node, &cabled.name)?;
        let all = self.links(far.name());
        let port = all.iter().find(|other| other.name == port)?;
        let whole = match port.bundled {
            Some(group) => {
                let number = group.to_string();
                all.iter()
                    .find(|other| other.kind == "Port-channel" && other.number == number)?
            }
            None => port,
        };
        Some((far, whole.clone()))
    }

    /// Whether one of this device's interfaces would be up if nobody had shut it down.
    #[must_use]
    pub(crate) fn would_be_up(&self, name: &str) -> bool {
        let settings = reading::one(&self.own, name);
        settings.is_some_and(|settings| link::would_be_up(self, &self.own, &settings))
    }

    /// The port at the other end of a port's cable, if its device is known.
    #[must_use]
    pub fn far_end(&self, node: &str, port: &str) -> Option<(Arc<Node>, String)> {
        let near = self.node(node)?;
        let cable = near.cable(port)?;
        Some((self.node(&cable.device)?, cable.far_port.clone()))
    }
}
