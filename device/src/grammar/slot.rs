//! The types of values: what each takes, how it is stored, what `?` shows for it.

mod addresses;
mod lists;

use std::net::{Ipv4Addr, Ipv6Addr};

use super::interfaces::{Interfaces, common};
use super::line::Line;
use super::words::{
    hex_number, is_asn, is_change, is_community, is_host, is_port, is_rd, is_time, name_of,
};
use addresses::prefix;
pub use addresses::{ipv6_text, length_mask, mac, mask_length};
pub use lists::{instances, vlan_ranges, vlan_text, vlans};

/// A type of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotKind {
    /// A whole number in a range.
    Range(i64, i64),
    /// The same, of a number that is written in hexadecimal digits behind `0x`, or in decimal ones.
    HexRange(u32, u32),
    /// A number with its sign, that is added or subtracted.
    Change,
    /// One word.
    Word,
    /// The rest of the line.
    Line,
    /// A word, or several in quotation marks.
    Text,
    /// The same, stored with its quotation marks, typed or not.
    Quoted,
    /// A.B.C.D.
    Ipv4,
    /// A contiguous netmask.
    Mask,
    /// Any dotted mask.
    Wildcard,
    /// A.B.C.D/nn.
    Ipv4Prefix,
    /// An IPv6 address.
    Ipv6,
    /// X:X::X/nn.
    Ipv6Prefix,
    /// A host name or an address.
    Host,
    /// A MAC address.
    Mac,
    /// An interface that exists or may be created.
    Interface,
    /// Several interfaces.
    InterfaceRange,
    /// An interface, stored by its short name: `Gi1/0/1`.
    ShortInterface,
    /// A list of VLANs.
    VlanList,
    /// A list of MST instances, of which the first is 0.
    InstanceList,
    /// An autonomous system number.
    Asn,
    /// A route distinguisher or target.
    Rd,
    /// A BGP community.
    Community,
    /// A port of TCP or UDP, stored by its name if it has one: `80` is `www`.
    Port(Transport),
    /// hh:mm or hh:mm:ss.
    Time,
    /// A month's name.
    Month,
    /// A weekday's name.
    Weekday,
    /// Hexadecimal digits.
    Hex,
    /// A file or its place on the network.
    Url,
    /// An access point that the controller knows.
    Ap,
}

/// What the matcher must know of the device that it parses for.
pub trait World {
    /// The name that a port of TCP or UDP is shown by.
    fn port_name(&self, _transport: Transport, _port: u16) -> Option<&str> {
        None
    }

    /// The device's interfaces.
    fn interfaces(&self) -> &Interfaces;
    /// The file systems that a file's name may begin with (`flash:`).
    fn file_systems(&self) -> &[String];
    /// Whether the device is a controller that knows this access point.
    fn knows_ap(&self, name: &str) -> bool;
}

/// What has ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// `(type, what ? shows, its text when the pack says nothing)`.
const NAMES: &[(&str, SlotKind, &str, &str)] = &[
    ("word", SlotKind::Word, "WORD", "Name"),
    (
        "line",
        SlotKind::Line,
        "LINE",
        "Text to the end of the line",
    ),
    (
        "string",
        SlotKind::Text,
        "WORD",
        "A word, or words in quotation marks",
    ),
    (
        "quoted",
        SlotKind::Quoted,
        "WORD",
        "A word, or words in quotation marks",
    ),
    ("ipv4", SlotKind::Ipv4, "A.B.C.D", "IP address"),
    ("mask", SlotKind::Mask, "A.B.C.D", "IP subnet mask"),
    ("wildcard", SlotKind::Wildcard, "A.B.C.D", "Wildcard bits"),
    (
        "ipv4-prefix",
        SlotKind::Ipv4Prefix,
        "A.B.C.D/nn",
        "IP prefix <network>/<length>",
    ),
    ("ipv6", SlotKind::Ipv6, "X:X:X:X::X", "IPv6 address"),
    (
        "ipv6-prefix",
        SlotKind::Ipv6Prefix,
        "X:X:X:X::X/<0-128>",
        "IPv6 prefix",
    ),
    (
        "host",
        SlotKind::Host,
        "Hostname or A.B.C.D",
        "Name or address of a host",
    ),
    ("mac", SlotKind::Mac, "H.H.H", "48-bit hardware address"),
    ("interface", SlotKind::Interface, "", "Interface"),
    ("short-interface", SlotKind::ShortInterface, "", "Interface"),
    (
        "interface-range",
        SlotKind::InterfaceRange,
        "",
        "Interfaces",
    ),
    (
        "vlan-list",
        SlotKind::VlanList,
        "WORD",
        "VLAN IDs such as 1,3-5",
    ),
    (
        "instance-list",
        SlotKind::InstanceList,
        "WORD",
        "MST instance range, example: 0-3,5,7-9",
    ),
    (
        "asn",
        SlotKind::Asn,
        "<1-4294967295>",
        "Autonomous system number",
    ),
    (
        "rd",
        SlotKind::Rd,
        "ASN:nn or IP-address:nn",
        "Route distinguisher",
    ),
    (
        "change",
        SlotKind::Change,
        "+/-<metric>",
        "Add or subtract metric",
    ),
    (
        "tcp-port",
        SlotKind::Port(Transport::Tcp),
        "<0-65535>",
        "Port number",
    ),
    (
        "udp-port",
        SlotKind::Port(Transport::Udp),
        "<0-65535>",
        "Port number",
    ),
    (
        "community",
        SlotKind::Community,
        "<1-4294967295>",
        "Community number",
    ),
    ("time", SlotKind::Time, "hh:mm", "Time of day"),
    ("month", SlotKind::Month, "MONTH", "Month of the year"),
    ("weekday", SlotKind::Weekday, "DAY", "Day of the week"),
    ("hex", SlotKind::Hex, "Hex-string", "Hexadecimal digits"),
    ("url", SlotKind::Url, "WORD", "File name"),
    ("ap", SlotKind::Ap, "WORD", "Name of the access point"),
];

const MONTHS: &[&str] = &[
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: &[&str] = &[
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

impl SlotKind {
    /// Reads a type's name as packs write it.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if let Some((_, kind, ..)) = NAMES.iter().find(|(known, ..)| *known == name) {
            return Some(*kind);
        }
        if let Some((low, high)) = name.split_once('-').filter(|_| name.starts_with("0x")) {
            let (low, high) = (hex_number(low)?, hex_number(high)?);
            return (low <= high).then_some(Self::HexRange(low, high));
        }
        // The first number may be negative, and then the second too: `-90--60`.
        let dash = name.get(1..)?.find('-')? + 1;
        let (low, high) = (
            name.get(..dash)?.parse().ok()?,
            name.get(dash + 1..)?.parse().ok()?,
        );
        (low <= high).then_some(Self::Range(low, high))
    }

    /// What `?` shows for a value of this type.
    #[must_use]
    pub fn placeholder(self) -> String {
        match self {
            Self::Range(low, high) => format!("<{low}-{high}>"),
            Self::HexRange(low, high) => format!("<0x{low:X}-0x{high:X}>"),
            _ => self.row().map_or("", |row| row.2).to_string(),
        }
    }

    /// The help text when the pack has none.
    #[must_use]
    pub fn default_help(self) -> &'static str {
        self.row().map_or("Number", |row| row.3)
    }

    fn row(self) -> Option<&'static (&'static str, SlotKind, &'static str, &'static str)> {
        NAMES.iter().find(|(_, kind, ..)| *kind == self)
    }

    /// How much a fit of this type is worth against other types; a keyword is worth more than any.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Self::Line => 1,
            Self::Word | Self::Text | Self::Quoted | Self::Url => 2,
            Self::Host => 3,
            _ => 4,
        }
    }

    /// How many words, from the one at `at`, are a value of this type; none if they are not one.
    #[must_use]
    pub fn fits(self, line: &Line<'_>, at: usize, world: &dyn World) -> Option<usize> {
        let word = line.word(at);
        let one = |fits: bool| fits.then_some(1);
        match self {
            Self::Range(low, high) => {
                let digits = word.strip_prefix('-').filter(|_| low < 0).unwrap_or(word);
                let number = digits.len() <= 20 && digits.bytes().all(|b| b.is_ascii_digit());
                one(number && word.parse().is_ok_and(|n: i64| (low..=high).contains(&n)))
            }
            Self::HexRange(low, high) => {
                one(hex_number(word).is_some_and(|n| (low..=high).contains(&n)))
            }
            Self::Change => one(is_change(word)),
            Self::Word => one(!word.is_empty()),
            Self::Url => one(is_url(word, world)),
            Self::Line => (line.len() > at).then(|| line.len() - at),
            Self::Text | Self::Quoted => text_words(line, at),
            Self::Ipv4 | Self::Wildcard => one(word.parse::<Ipv4Addr>().is_ok()),
            Self::Mask => one(word.parse().is_ok_and(|mask| mask_length(mask).is_some())),
            Self::Ipv4Prefix => one(prefix::<Ipv4Addr>(word, 32).is_some()),
            Self::Ipv6 => one(word.parse::<Ipv6Addr>().is_ok()),
            Self::Ipv6Prefix => one(prefix::<Ipv6Addr>(word, 128).is_some()),
            Self::Host => one(is_host(word)),
            Self::Mac => one(mac(word).is_some()),
            Self::Interface | Self::ShortInterface => interface_words(line, at, world.interfaces()),
            Self::InterfaceRange => world
                .interfaces()
                .range(line.rest(at))
                .map(|_| line.len() - at),
            Self::VlanList => one(vlans(word).is_some()),
            Self::InstanceList => one(instances(word).is_some()),
            Self::Asn => one(is_asn(word)),
            Self::Rd => one(is_rd(word)),
            Self::Community => one(is_community(word)),
            Self::Port(_) => one(is_port(word)),
            Self::Time => one(is_time(word)),
            Self::Month => one(name_of(word, MONTHS).is_some()),
            Self::Weekday => one(name_of(word, WEEKDAYS).is_some()),
            Self::Hex => one(!word.is_empty() && word.bytes().all(|b| b.is_ascii_hexdigit())),
            Self::Ap => one(world.knows_ap(word)),
        }
    }

    /// The stored form of a value that fits.
    #[must_use]
    pub fn normal(self, line: &Line<'_>, at: usize, count: usize, world: &dyn World) -> String {
        let typed = line.span(at, count);
        let as_typed = || typed.to_string();
        match self {
            Self::Range(..) => typed
                .parse::<i64>()
                .map_or_else(|_| as_typed(), |n| n.to_string()),
            Self::HexRange(..) => hex_number(typed).map_or_else(as_typed, |n| format!("0x{n:X}")),
            Self::Port(transport) => typed.parse().map_or_else(
                |_| as_typed(),
                |port: u16| {
                    let name = world.port_name(transport, port);
                    name.map_or_else(|| port.to_string(), str::to_string)
                },
            ),
            Self::Line => line.rest(at).to_string(),
            Self::Text => typed.trim_matches('"').to_string(),
            Self::Quoted => format!("\"{}\"", typed.trim_matches('"')),
            Self::Ipv6 => typed.parse().map_or_else(|_| as_typed(), ipv6_text),
            Self::Ipv6Prefix => prefix::<Ipv6Addr>(typed, 128)
                .map_or_else(as_typed, |(address, length)| {
                    format!("{}/{length}", ipv6_text(address))
                }),
            Self::Mac => mac(typed).unwrap_or_else(as_typed),
            Self::Interface => world.interfaces().resolve(typed).unwrap_or_else(as_typed),
            Self::ShortInterface => {
                let interfaces = world.interfaces();
                let short = |name: String| interfaces.short(&name);
                interfaces.resolve(typed).map_or_else(as_typed, short)
            }
            Self::VlanList => vlans(typed).map_or_else(as_typed, |list| vlan_text(&list)),
            Self::InstanceList => instances(typed).map_or_else(as_typed, |list| vlan_text(&list)),
            Self::Month => name_of(typed, MONTHS).map_or_else(as_typed, |m| m[..3].to_string()),
            Self::Weekday => name_of(typed, WEEKDAYS).map_or_else(as_typed, |d| d[..3].to_string()),
            _ => as_typed(),
        }
    }

    /// How many characters of a word that doesn't fit could begin a value of this type.
    #[must_use]
    pub fn fits_so_far(self, word: &str, world: &dyn World) -> usize {
        match self {
            Self::Interface | Self::ShortInterface | Self::InterfaceRange => {
                world.interfaces().begun(word)
            }
            Self::Url => world
                .file_systems()
                .iter()
                .map(|name| common(name, word))
                .max()
                .unwrap_or(0),
            _ => 0,
        }
    }
}

fn text_words(line: &Line<'_>, at: usize) -> Option<usize> {
    let word = line.word(at);
    let Some(inside) = word.strip_prefix('"') else {
        return (!word.is_empty()).then_some(1);
    };
    if inside.ends_with('"') {
        return Some(1);
    }
    let closing = (at + 1..line.len()).find(|&index| line.word(index).ends_with('"'))?;
    Some(closing - at + 1)
}

/// `gi1/0/1` is one word, `gi 1/0/1` two.
fn interface_words(line: &Line<'_>, at: usize, interfaces: &Interfaces) -> Option<usize> {
    let word = line.word(at);
    if interfaces.knows(word) {
        return Some(1);
    }
    let number = line.word(at + 1);
    let two_words = word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-')
        && number.starts_with(|c: char| c.is_ascii_digit());
    (two_words && interfaces.knows(line.span(at, 2))).then_some(2)
}

/// A name in the default file system, or one that begins with a file system.
fn is_url(word: &str, world: &dyn World) -> bool {
    match word.find(':') {
        None => !word.is_empty(),
        Some(at) => world
            .file_systems()
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&word[..=at])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_a_sign() {
        assert!(is_change("+100") && is_change("-1") && !is_change("100") && !is_change("+"));
    }

    #[test]
    fn a_range_may_be_hexadecimal() {
        let kind = SlotKind::parse("0x0-0xFFFF");
        assert_eq!(kind, Some(SlotKind::HexRange(0, 0xFFFF)));
        assert_eq!(
            kind.map(SlotKind::placeholder).as_deref(),
            Some("<0x0-0xFFFF>")
        );
        assert_eq!(SlotKind::parse("0x2-0x1"), None);
    }
}
