//! What the devices of one transcript show each other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use device::Device;
use device::network::{Node, Surroundings};

use crate::facts::Description;
use crate::player::BEGINNING;

/// All devices of a transcript: what each shows, and what it showed before anybody touched it.
#[derive(Debug)]
pub(crate) struct World {
    first: BTreeMap<String, Arc<Node>>,
    latest: Mutex<BTreeMap<String, Arc<Node>>>,
}

impl World {
    pub(crate) fn new<'d>(descriptions: impl Iterator<Item = &'d Description>) -> Self {
        let born = |of: &Description| {
            let node = Device::at_birth(of.platform(), of.facts.clone(), BEGINNING);
            (of.facts.name.clone(), Arc::new(node))
        };
        Self {
            first: descriptions.map(born).collect(),
            latest: Mutex::default(),
        }
    }

    /// Shows a device's new state.
    pub(crate) fn show(&self, node: Arc<Node>) {
        self.latest
            .lock()
            .unwrap()
            .insert(node.name().to_string(), node);
    }
}

impl Surroundings for World {
    fn node(&self, name: &str) -> Option<Arc<Node>> {
        let latest = self.latest.lock().unwrap().get(name).cloned();
        latest.or_else(|| self.first(name))
    }

    fn first(&self, name: &str) -> Option<Arc<Node>> {
        self.first.get(name).cloned()
    }
}
