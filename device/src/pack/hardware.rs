//! The hardware that a pack knows: its types of interfaces, and the ports of each model.
//!
//! A device can have more ports than its model: members of its stack (`switch 2 provision …`), and the modules that the
//! startup-config it was given speaks of.

use std::collections::BTreeMap;

use minijinja::Value;
use minijinja::value::ValueKind;
use yaml::Mistake;

use super::files::{InterfaceEntry, PackFile, PortEntry};
use super::source::File;
use crate::grammar::interfaces::{InterfaceType, Numbers, Port};
use crate::grammar::{Interfaces, Layer};

/// What is known of the hardware of a pack's models.
#[derive(Debug)]
pub(super) struct Hardware {
    types: Vec<InterfaceType>,
    /// Speeds of the types, in Mb/s.
    speeds: Vec<u32>,
    /// The ports of a model that has none of its own.
    ports: Vec<Range>,
    models: BTreeMap<String, Vec<Range>>,
}

/// Ports of one kind.
#[derive(Debug)]
struct Range {
    numbers: Vec<Numbers>,
    port: Port,
    lines: Vec<String>,
}

/// A number has this many parts at most, each this long: `TenGigabitEthernet1/0/1`, `Serial0/1/0:15`.
const PARTS_MAX: usize = 5;
const PART_DIGITS_MAX: usize = 3;

/// What `{model}` stands for in the texts of a pack's `identity`.
pub(super) fn of_model(value: &Value, model: &str) -> Value {
    match value.kind() {
        ValueKind::String => match value.as_str() {
            Some(text) if text.contains("{model}") => Value::from(text.replace("{model}", model)),
            _ => value.clone(),
        },
        ValueKind::Seq => match value.try_iter() {
            Ok(items) => items.map(|item| of_model(&item, model)).collect(),
            Err(_) => value.clone(),
        },
        ValueKind::Map => {
            let keys = value.try_iter().into_iter().flatten();
            let entry = |key: Value| {
                let inner = value.get_item(&key).unwrap_or_default();
                (key.to_string(), of_model(&inner, model))
            };
            Value::from(keys.map(entry).collect::<BTreeMap<String, Value>>())
        }
        _ => value.clone(),
    }
}

/// The interfaces that a configuration speaks of, without their sub-interfaces, and whether each is a switch port: a
/// port with an address is none, unless `no switchport` makes it one that could be.
pub(super) fn named(config: &str) -> BTreeMap<&str, bool> {
    let mut named = BTreeMap::new();
    let mut last = None;
    for line in config.lines() {
        if let Some(name) = line.strip_prefix("interface ") {
            let name = name.trim_end();
            let base = name.split('.').next().unwrap_or(name);
            named.entry(base).or_insert(true);
            last = (base == name).then_some(base);
        } else if !line.starts_with(' ') {
            last = None;
        } else if let Some(switched) = last.and_then(|name| named.get_mut(name)) {
            match line.trim() {
                "no switchport" => {
                    *switched = true;
                    last = None;
                }
                line if line.starts_with("ip address ") || line == "no ip address" => {
                    *switched = false;
                }
                _ => {}
            }
        }
    }
    named
}

/// The members of a stack that a configuration provisions, and their models.
pub(super) fn provisioned(config: &str) -> impl Iterator<Item = (u8, &str)> {
    config.lines().filter_map(|line| {
        let mut words = line.strip_prefix("switch ")?.split_whitespace();
        let member = words.next()?.parse().ok()?;
        (words.next()? == "provision").then_some((member, words.next()?))
    })
}

impl Hardware {
    /// Reads what a chain of packs says; a later pack's lists replace those of an earlier one.
    pub(super) fn read(packs: &[&File<PackFile>], mistakes: &mut Vec<Mistake>) -> Self {
        let mut hardware = Self {
            types: Vec::new(),
            speeds: Vec::new(),
            ports: Vec::new(),
            models: BTreeMap::new(),
        };
        let mut types = None;
        for file in packs {
            types = file
                .content
                .interfaces
                .as_ref()
                .map(|list| (*file, list))
                .or(types);
        }
        if let Some((file, entries)) = types {
            hardware.read_types(file, entries, mistakes);
        }
        for file in packs {
            if let Some(entries) = &file.content.ports {
                hardware.ports = hardware.ranges(file, "ports", entries, mistakes);
            }
            for (model, entry) in &file.content.models {
                if let Some(entries) = &entry.ports {
                    let at = format!("models.{model}.ports");
                    let ranges = hardware.ranges(file, &at, entries, mistakes);
                    hardware.models.insert(model.clone(), ranges);
                }
            }
        }
        hardware
    }

    fn read_types(
        &mut self,
        file: &File<PackFile>,
        entries: &[InterfaceEntry],
        mistakes: &mut Vec<Mistake>,
    ) {
        for (index, entry) in entries.iter().enumerate() {
            let at = format!("interfaces[{index}]");
            let numbers = numbers(file, &at, &entry.numbers, mistakes);
            self.speeds.push(entry.speed);
            self.types.push(InterfaceType {
                name: entry.name.clone(),
                short: entry.short.clone(),
                cdp: entry.cdp.clone().unwrap_or_else(|| entry.short.clone()),
                help: entry.help.clone(),
                layer: layer(entry.layer),
                after_slot: entry.after_slot,
                virtual_numbers: if entry.is_virtual {
                    numbers
                } else {
                    Vec::new()
                },
            });
        }
    }

    fn ranges(
        &self,
        file: &File<PackFile>,
        at: &str,
        entries: &[PortEntry],
        mistakes: &mut Vec<Mistake>,
    ) -> Vec<Range> {
        let mut ranges = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let at = format!("{at}[{index}]");
            let Some(kind) = self.types.iter().position(|of| of.name == entry.kind) else {
                let says = format!("no interface type is called `{}`", entry.kind);
                mistakes.push(file.mistake(&format!("{at}.type"), says));
                continue;
            };
            ranges.push(Range {
                numbers: numbers(file, &at, &entry.numbers, mistakes),
                port: Port {
                    kind,
                    number: String::new(),
                    layer: layer(entry.layer),
                    speed_mbps: entry.speed,
                    media: entry.media.clone(),
                },
                lines: entry.lines.clone(),
            });
        }
        ranges
    }

    /// What the blocks of a model's ports say when it leaves the factory, as configuration.
    pub(super) fn factory(&self, model: &str) -> String {
        let mut text = String::new();
        for range in self.models.get(model).unwrap_or(&self.ports) {
            let name = &self.types[range.port.kind].name;
            let numbers = range.numbers.iter().flat_map(Numbers::each);
            for number in numbers.filter(|_| !range.lines.is_empty()) {
                text.push_str(&format!("interface {name}{number}\n"));
                for line in &range.lines {
                    text.push_str(&format!(" {line}\n"));
                }
            }
        }
        text
    }

    /// The interfaces of a model.
    pub(super) fn interfaces(&self, model: &str) -> Interfaces {
        let ranges = self.models.get(model).unwrap_or(&self.ports);
        Interfaces::new(self.types.clone(), each(ranges).collect())
    }

    /// How many of the named interfaces a model lacks, and how many of its ports have no name: the less of both, the
    /// better it fits.
    pub(super) fn misfit(&self, model: &str, named: &BTreeMap<&str, bool>) -> (usize, usize) {
        let interfaces = self.interfaces(model);
        let lacks = named.keys().filter(|name| !interfaces.knows(name));
        let unnamed = interfaces
            .ports()
            .filter(|(name, _)| !named.contains_key(name.as_str()));
        (lacks.count(), unnamed.count())
    }

    /// The ports of a model (in any case: `c9300-48p`) as a member of a stack. None if no such model is known.
    pub(super) fn member(&self, model: &str, member: u8) -> Vec<Port> {
        let mut models = self.models.iter();
        let Some((_, ranges)) = models.find(|(name, _)| name.eq_ignore_ascii_case(model)) else {
            return Vec::new();
        };
        let moved = |port: Port| {
            let rest = port.number.strip_prefix("1/")?;
            Some(Port {
                number: format!("{member}/{rest}"),
                ..port
            })
        };
        each(ranges).filter_map(moved).collect()
    }

    /// The port of a full name, if its type is that of a port.
    pub(super) fn port(&self, name: &str, switched: bool) -> Option<Port> {
        let digits = name.find(|c: char| c.is_ascii_digit())?;
        // `L2LISP0` and the like have a digit in their type's name, but no ports.
        let (letters, number) = name.split_at(digits);
        let kind = self.types.iter().position(|of| of.name == letters)?;
        let parts: Vec<&str> = number.split(['/', ':']).collect();
        let fits = |part: &&str| {
            (1..=PART_DIGITS_MAX).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        };
        let real = self.types[kind].virtual_numbers.is_empty()
            && parts.len() <= PARTS_MAX
            && parts.iter().all(fits);
        real.then(|| Port {
            kind,
            number: number.to_string(),
            layer: if switched { Layer::Two } else { Layer::Three },
            speed_mbps: self.speeds[kind],
            media: "unknown".to_string(),
        })
    }
}

fn each(ranges: &[Range]) -> impl Iterator<Item = Port> {
    ranges.iter().flat_map(|range| {
        let numbers = range.numbers.iter().flat_map(Numbers::each);
        numbers.map(|number| Port {
            number,
            ..range.port.clone()
        })
    })
}

fn layer(number: u8) -> Layer {
    if number == 2 {
        Layer::Two
    } else {
        Layer::Three
    }
}

fn numbers(
    file: &File<PackFile>,
    at: &str,
    texts: &[String],
    mistakes: &mut Vec<Mistake>,
) -> Vec<Numbers> {
    let mut all = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        match Numbers::parse(text) {
            Some(range) => all.push(range),
            None => {
                let at = format!("{at}.numbers[{index}]");
                let mistake = file.mistake(&at, format!("`{text}` is not a range of numbers"));
                mistakes.push(mistake.hint("write it as in 1/0/1-48 or 7"));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_names_its_ports_and_says_which_are_routed() {
        let config = "interface GigabitEthernet1/0/1\n switchport mode access\n!\n\
                      interface GigabitEthernet1/0/2\n no switchport\n ip address 10.0.0.1 255.255.255.0\n\
                      interface GigabitEthernet0/0/0\n no ip address\n!\n\
                      interface GigabitEthernet0/0/0.100\n encapsulation dot1Q 100\n";
        let named: Vec<_> = named(config).into_iter().collect();
        assert_eq!(
            named,
            [
                ("GigabitEthernet0/0/0", false),
                ("GigabitEthernet1/0/1", true),
                ("GigabitEthernet1/0/2", true)
            ]
        );
    }

    #[test]
    fn texts_of_the_identity_may_name_the_model() {
        let entry = BTreeMap::from([("text", Value::from("cisco {model}"))]);
        let list: Value = [Value::from(entry)].into_iter().collect();
        let text = of_model(&list, "C9300-48P");
        let text = text
            .get_item_by_index(0)
            .and_then(|entry| entry.get_attr("text"));
        assert_eq!(text.unwrap().as_str(), Some("cisco C9300-48P"));
    }
}
