//! The interfaces of a platform: the types, the ports that exist, and the names they go by.

#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeMap, BTreeSet};

/// Where a port works until the configuration says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// A switch port.
    Two,
    /// A routed port.
    Three,
}

/// One type of interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceType {
    /// Its full name: `GigabitEthernet`.
    pub name: String,
    /// As most outputs shorten it: `Gi`.
    pub short: String,
    /// As CDP shortens it: `Gig`.
    pub cdp: String,
    /// What `?` says of it.
    pub help: String,
    /// Where a virtual one works; a port says it itself.
    pub layer: Layer,
    /// The numbers that may be created, for a type that is not a port.
    pub virtual_numbers: Vec<Numbers>,
    /// Its ports stand after the others of their slot in the running-config.
    pub after_slot: bool,
}

impl InterfaceType {
    /// Whether it is no port: its interfaces are made by being named.
    fn is_virtual(&self) -> bool {
        !self.virtual_numbers.is_empty()
    }
}

/// A range in the last part of a number: `1/0/1-48`, `0-4095`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    prefix: String,
    low: u32,
    high: u32,
}

/// A physical port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Index of its type.
    pub kind: usize,
    /// `1/0/1`.
    pub number: String,
    /// Where it works by default.
    pub layer: Layer,
    /// Speed in Mb/s.
    pub speed_mbps: u32,
    /// `10/100/1000BaseTX`.
    pub media: String,
}

/// The interfaces of a platform.
#[derive(Debug, Clone, Default)]
pub struct Interfaces {
    types: Vec<InterfaceType>,
    ports: Vec<Port>,
    names: BTreeSet<String>,
    /// Where among the ports those of a type stand, by their numbers.
    numbers: BTreeMap<usize, BTreeMap<String, usize>>,
}

/// A name taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Index of the type.
    pub kind: usize,
    /// The number, with the sub-interface if there is one: `1/0/1.100`.
    pub number: &'a str,
}

impl Numbers {
    /// Reads `1/0/1-48` or `7`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, last) = match text.rfind(['/', '.']) {
            Some(at) => text.split_at(at + 1),
            None => ("", text),
        };
        let (low, high) = last.split_once('-').unwrap_or((last, last));
        let (low, high) = (low.parse().ok()?, high.parse().ok()?);
        (low <= high).then(|| Self {
            prefix: prefix.to_string(),
            low,
            high,
        })
    }

    /// Every number of the range.
    pub fn each(&self) -> impl Iterator<Item = String> + '_ {
        (self.low..=self.high).map(|last| format!("{}{last}", self.prefix))
    }

    /// The range as `?` shows it.
    #[must_use]
    pub fn text(&self) -> String {
        format!("<{}{}-{}>", self.prefix, self.low, self.high)
    }

    fn contains(&self, number: &str) -> bool {
        let last = number
            .strip_prefix(&self.prefix)
            .filter(|last| is_number(last));
        last.and_then(|last| last.parse().ok())
            .is_some_and(|n: u32| (self.low..=self.high).contains(&n))
    }
}

impl Interfaces {
    /// The interfaces of a platform, from its types (in the order of the running-config) and ports.
    #[must_use]
    pub fn new(types: Vec<InterfaceType>, ports: Vec<Port>) -> Self {
        let name = |port: &Port| {
            types
                .get(port.kind)
                .map(|kind| format!("{}{}", kind.name, port.number))
        };
        let names = ports.iter().filter_map(name).collect();
        let mut numbers: BTreeMap<usize, BTreeMap<String, usize>> = BTreeMap::new();
        for (at, port) in ports.iter().enumerate() {
            let of_type = numbers.entry(port.kind).or_default();
            of_type.entry(port.number.clone()).or_insert(at);
        }
        Self {
            types,
            ports,
            names,
            numbers,
        }
    }

    /// The same with more ports, and the full names of those that weren't there.
    #[must_use]
    pub fn with(&self, ports: Vec<Port>) -> (Self, Vec<String>) {
        let mut more = self.clone();
        let mut new = Vec::new();
        for port in ports {
            let Some(of) = more.types.get(port.kind) else {
                continue;
            };
            let name = format!("{}{}", of.name, port.number);
            if more.ports.len() < PORTS_MAX && more.names.insert(name.clone()) {
                new.push(name);
                let of_type = more.numbers.entry(port.kind).or_default();
                of_type.insert(port.number.clone(), more.ports.len());
                more.ports.push(port);
            }
        }
        (more, new)
    }

    /// The types, in the order of the running-config.
    #[must_use]
    pub fn types(&self) -> &[InterfaceType] {
        &self.types
    }

    /// The types that have a port here, or whose interfaces may be created.
    pub fn types_here(&self) -> impl Iterator<Item = &InterfaceType> {
        let here = |(kind, of): &(usize, &InterfaceType)| {
            !of.virtual_numbers.is_empty() || self.ports.iter().any(|port| port.kind == *kind)
        };
        self.types.iter().enumerate().filter(here).map(|(_, of)| of)
    }

    /// The physical ports with their full names.
    pub fn ports(&self) -> impl Iterator<Item = (String, &Port)> {
        self.ports.iter().filter_map(|port| {
            Some((
                format!("{}{}", self.types.get(port.kind)?.name, port.number),
                port,
            ))
        })
    }

    /// The port of a full name; a sub-interface has its parent's.
    #[must_use]
    pub fn port(&self, name: &str) -> Option<&Port> {
        self.ports.get(self.position(name)?)
    }

    /// The place of a full name's port among all ports; a sub-interface has its parent's.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        let Parts { kind, number } = self.parts(name)?;
        let number = number.split('.').next().unwrap_or(number);
        self.numbers.get(&kind)?.get(number).copied()
    }

    /// Whether a full name is a physical port's, not a sub-interface's.
    #[must_use]
    pub fn is_physical(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The full name of what was typed: `gi1/0/1`, `Gi 1/0/1`, `GigabitEthernet1/0/1`.
    ///
    /// `None` if no port has that number, the type can't have it, or several types could be meant.
    #[must_use]
    pub fn resolve(&self, typed: &str) -> Option<String> {
        let Parts { kind, number } = self.typed(typed)?;
        Some([&self.types.get(kind)?.name, number].concat())
    }

    /// Whether there is, or may be, an interface of what was typed.
    #[must_use]
    pub fn knows(&self, typed: &str) -> bool {
        self.typed(typed).is_some()
    }

    /// What was typed, taken apart.
    fn typed<'a>(&self, typed: &'a str) -> Option<Parts<'a>> {
        // A type with a digit in its name (`L2LISP0.8188`) has to be written out.
        let is_digit = |byte: u8| byte.is_ascii_digit();
        let mut types = self.types.iter().enumerate();
        let whole =
            types.find(|(_, of)| starts_with(typed, &of.name) && of.name.bytes().any(is_digit));
        if let Some((kind, of)) = whole {
            let number = typed.get(of.name.len()..)?;
            return self.has(kind, number).then_some(Parts { kind, number });
        }
        let at = typed.find(|c: char| c.is_ascii_digit())?;
        let (letters, number) = typed.split_at(at);
        let letters = letters.trim_end();
        if letters.is_empty() {
            return None;
        }
        let mut found = None;
        for (kind, of) in self.types.iter().enumerate() {
            if !starts_with(&of.name, letters) || !self.has(kind, number) {
                continue;
            }
            if of.name.eq_ignore_ascii_case(letters) || of.short.eq_ignore_ascii_case(letters) {
                return Some(Parts { kind, number });
            }
            if found.is_some() {
                return None;
            }
            found = Some(Parts { kind, number });
        }
        found
    }

    /// The full names of a typed range: `gi1/0/1-4 , te1/1/1`.
    #[must_use]
    pub fn range(&self, typed: &str) -> Option<Vec<String>> {
        let mut names = Vec::new();
        for part in typed.split(',') {
            let part: String = part.split_whitespace().collect();
            let digits = part.find(|c: char| c.is_ascii_digit())?;
            let dash = part.get(digits..)?.find('-').map(|at| at + digits);
            let Some(dash) = dash else {
                names.push(self.resolve(&part)?);
                continue;
            };
            let (first, last) = part.split_at(dash);
            let last: u32 = last.get(1..)?.parse().ok()?;
            let at = first.rfind(|c: char| !c.is_ascii_digit())? + 1;
            let low: u32 = first.get(at..)?.parse().ok()?;
            if last < low || last - low > RANGE_MAX {
                return None;
            }
            for number in low..=last {
                names.push(self.resolve(&format!("{}{number}", first.get(..at)?))?);
            }
        }
        Some(names)
    }

    /// How many characters of `typed` could begin an interface's name.
    #[must_use]
    pub fn begun(&self, typed: &str) -> usize {
        let digits = typed
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(typed.len());
        let (letters, number) = typed.split_at(digits);
        let common = self
            .types
            .iter()
            .map(|of| common(&of.name, letters))
            .max()
            .unwrap_or(0);
        if common < letters.len() || letters.is_empty() {
            return common;
        }
        let of_type = |port: &&Port| {
            self.types
                .get(port.kind)
                .is_some_and(|of| starts_with(&of.name, letters))
        };
        let ports = self.ports.iter().filter(of_type);
        letters.len()
            + ports
                .map(|port| self::common(&port.number, number))
                .max()
                .unwrap_or(0)
    }

    /// The numbers that may stand next in a name: `gi1/0/` → `<1-48>`, with the type's name.
    #[must_use]
    pub fn next_numbers(&self, letters: &str, number: &str) -> Vec<(String, String)> {
        let begun = number.rfind(['/', '.']).map_or("", |at| &number[..=at]);
        let mut rows = Vec::new();
        for (kind, of) in self
            .types
            .iter()
            .enumerate()
            .filter(|(_, of)| starts_with(&of.name, letters))
        {
            let next = |text: &str| -> Option<u32> {
                let rest = text.strip_prefix(begun)?;
                rest[..rest
                    .find(|c: char| !c.is_ascii_digit())
                    .unwrap_or(rest.len())]
                    .parse()
                    .ok()
            };
            let ports = self
                .ports
                .iter()
                .filter(|port| port.kind == kind)
                .filter_map(|port| next(&port.number));
            let low_high = of
                .virtual_numbers
                .iter()
                .filter(|_| begun.is_empty())
                .flat_map(|n| [n.low, n.high]);
            let all: Vec<u32> = ports.chain(low_high).collect();
            if let (Some(low), Some(high)) = (all.iter().min(), all.iter().max()) {
                rows.push((
                    format!("<{low}-{high}>"),
                    format!("{} interface number", of.name),
                ));
            }
        }
        rows
    }

    /// A full name taken apart.
    #[must_use]
    pub fn parts<'a>(&self, name: &'a str) -> Option<Parts<'a>> {
        let numbered = |of: &InterfaceType| {
            name.strip_prefix(&of.name)
                .filter(|number| number.starts_with(|c: char| c.is_ascii_digit()))
        };
        self.types.iter().enumerate().find_map(|(kind, of)| {
            Some(Parts {
                kind,
                number: numbered(of)?,
            })
        })
    }

    /// What an interface is sorted by in the running-config, as people count.
    ///
    /// Types stand in the platform's order, the ports of all types as one: by slot (or member of a stack), module,
    /// type, number; a port without a slot, the management port of a router, after the others.
    #[must_use]
    pub fn sort_key(&self, name: &str) -> Option<String> {
        let Parts { kind, number } = self.parts(name)?;
        if self.types.get(kind)?.is_virtual() {
            return Some(format!("{kind:02} {name}"));
        }
        let ports = self.types.iter().position(|of| !of.is_virtual())?;
        let after = u8::from(self.types.get(kind)?.after_slot);
        let port = number.split('.').next().unwrap_or(number);
        let slot = match port.split('/').collect::<Vec<_>>()[..] {
            [slot, module, _] => format!("{slot:0>3} {after} {module:0>3}"),
            // Bluetooth0/4 is in no slot.
            [_, _] if after == 1 => "998".to_string(),
            [slot, _] => format!("{slot:0>3} 0"),
            _ => "999".to_string(),
        };
        Some(format!("{ports:02} {slot} {kind:02} {name}"))
    }

    /// Where an interface of a virtual type works.
    #[must_use]
    pub fn layer_of_type(&self, name: &str) -> Layer {
        let of = self
            .parts(name)
            .and_then(|parts| self.types.get(parts.kind));
        of.map_or(Layer::Three, |of| of.layer)
    }

    /// `Gi1/0/1`.
    #[must_use]
    pub fn short(&self, name: &str) -> String {
        self.renamed(name, |of| &of.short)
    }

    /// `Gig 1/0/1`.
    #[must_use]
    pub fn cdp(&self, name: &str) -> String {
        match self.parts(name) {
            Some(Parts { kind, number }) => {
                format!(
                    "{} {number}",
                    self.types.get(kind).map_or("", |of| of.cdp.as_str())
                )
            }
            None => name.to_string(),
        }
    }

    fn renamed(&self, name: &str, to: impl Fn(&InterfaceType) -> &String) -> String {
        match self.parts(name) {
            Some(Parts { kind, number }) => {
                format!(
                    "{}{number}",
                    self.types.get(kind).map_or("", |of| to(of).as_str())
                )
            }
            None => name.to_string(),
        }
    }

    /// Whether the type has, or may have, the number.
    fn has(&self, kind: usize, number: &str) -> bool {
        let Some(of) = self.types.get(kind) else {
            return false;
        };
        if of
            .virtual_numbers
            .iter()
            .any(|numbers| numbers.contains(number))
        {
            return true;
        }
        let (base, sub) = number
            .split_once('.')
            .map_or((number, None), |(b, s)| (b, Some(s)));
        let sub_fits = sub.is_none_or(is_number);
        // A virtual type whose numbers are plain may have sub-interfaces too: Port-channel1.100.
        let parent_is_virtual = of
            .virtual_numbers
            .iter()
            .any(|numbers| numbers.contains(base));
        let is_port = || self.numbers.get(&kind)?.get(base).copied();
        sub_fits && (parent_is_virtual || is_port().is_some())
    }
}

/// A device has this many ports at most: a chassis of ten line cards has 480, a stack of eight 500.
const PORTS_MAX: usize = 4096;

/// One `interface range` may have this many interfaces in a dash; no platform has more.
const RANGE_MAX: u32 = 4096;

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 10 && text.bytes().all(|b| b.is_ascii_digit())
}

fn starts_with(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
}

/// How many characters two texts share from the start, whatever their case.
pub(crate) fn common(a: &str, b: &str) -> usize {
    a.bytes()
        .zip(b.bytes())
        .take_while(|(x, y)| x.eq_ignore_ascii_case(y))
        .count()
}
