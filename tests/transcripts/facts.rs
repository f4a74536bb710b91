//! What a transcript says of its device before the first session: `@device`, `@startup`, `@cable`, `@ap`,
//! `@controller`.

use std::collections::BTreeMap;
use std::sync::Arc;

use device::pack::Platform;
use device::{AccessPoint, Cable, Controller, Credentials, Facts, Screen};

use crate::packs::packs;

/// `key=value` words.
pub(crate) struct Words(BTreeMap<String, String>);

impl Words {
    /// Reads words that are separated by blanks.
    pub(crate) fn parse(text: &str) -> Self {
        let pair = |word: &str| {
            let (key, value) = word.split_once('=')?;
            Some((key.to_string(), value.to_string()))
        };
        Self(text.split_whitespace().filter_map(pair).collect())
    }

    /// A word's value, or what holds without it.
    pub(crate) fn get(&self, key: &str, otherwise: &str) -> String {
        self.0
            .get(key)
            .map_or(otherwise, String::as_str)
            .to_string()
    }

    /// A word's value as a number or address.
    pub(crate) fn read<T: std::str::FromStr>(&self, key: &str, otherwise: &str) -> T {
        let text = self.get(key, otherwise);
        let Ok(value) = text.parse() else {
            panic!("{key}={text} can't be read")
        };
        value
    }

    /// `width=` and `length=`.
    pub(crate) fn screen(&self, otherwise: Screen) -> Screen {
        Screen {
            width: self.read("width", &otherwise.width.to_string()),
            length: self.read("length", &otherwise.length.to_string()),
        }
    }
}

/// A device that is being described.
pub(crate) struct Description {
    pub(crate) pack: String,
    pub(crate) model: Option<String>,
    pub(crate) screen: Screen,
    pub(crate) user: String,
    pub(crate) facts: Facts,
}

impl Description {
    /// `@device pack=… name=…`.
    pub(crate) fn new(text: &str) -> Self {
        let words = Words::parse(text);
        let credentials = Credentials {
            username: words.get("user", "netadmin"),
            password: words.get("password", "C1sco12345"),
            enable: words.get("enable", "C1sco54321"),
        };
        let (width, length) = (80, 24);
        Self {
            pack: words.get("pack", "catalyst-9300"),
            model: words.0.get("model").cloned(),
            screen: words.screen(Screen { width, length }),
            user: credentials.username.clone(),
            facts: Facts {
                name: words.get("name", "Switch"),
                address: words.read("address", "10.10.0.1"),
                seed: words.read("seed", "7"),
                credentials,
                startup: None,
                cables: vec![],
                access_points: vec![],
                controller: None,
            },
        }
    }

    /// The platform that it is.
    pub(crate) fn platform(&self) -> Arc<Platform> {
        let platform = packs().platform(&self.pack, self.model.as_deref());
        platform.unwrap_or_else(|| panic!("no pack is called {}", self.pack))
    }

    /// A cable from another device's port to a port of this one.
    pub(crate) fn cable_to(&self, far_port: &str, port: &str) -> Cable {
        let platform = self.platform();
        let full = |name: &str| {
            platform
                .port(name)
                .unwrap_or_else(|| panic!("{} has no port {name}", self.facts.name))
        };
        let identity = |key| platform.identity(key).unwrap_or_default();
        Cable {
            port: port.to_string(),
            device: self.facts.name.clone(),
            far_port: full(far_port),
            far_model: platform.model().to_string(),
            far_address: self.facts.address,
            far_version: identity("version"),
            far_capabilities: identity("capabilities"),
        }
    }

    /// `@startup LINE`: a line of the startup-config.
    pub(crate) fn startup(&mut self, line: &str) {
        let startup = self.facts.startup.get_or_insert_default();
        startup.push_str(line);
        startup.push('\n');
    }

    /// `@cable port=… device=… far_port=…`.
    pub(crate) fn cable(&mut self, text: &str) {
        let words = Words::parse(text);
        self.facts.cables.push(Cable {
            port: words.get("port", ""),
            device: words.get("device", ""),
            far_port: words.get("far_port", ""),
            far_model: words.get("model", "C9300-48P"),
            far_address: words.read("address", "10.10.0.2"),
            far_version: words.get("version", "17.12.04"),
            far_capabilities: words
                .get("capabilities", "Router,Switch,IGMP")
                .replace(',', " "),
        });
    }

    /// `@ap name=… model=…`.
    pub(crate) fn access_point(&mut self, text: &str) {
        let words = Words::parse(text);
        self.facts.access_points.push(AccessPoint {
            name: words.get("name", ""),
            model: words.get("model", "C9120AXI-B"),
            serial: words.get("serial", "FGL2347A0BC"),
            mac: words.get("mac", "a0b4.3900.0100"),
            radio_mac: words.get("radio", "a0b4.3900.0110"),
            address: words.read("address", "10.10.0.9"),
        });
    }

    /// `@controller name=… address=…`.
    pub(crate) fn controller(&mut self, text: &str) {
        let words = Words::parse(text);
        self.facts.controller = Some(Controller {
            name: words.get("name", "wlc-1"),
            address: words.read("address", "10.10.0.5"),
        });
    }
}
