//! Addresses as RFS documents write them and IOS wants them.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use minijinja::Value;

/// Why a text is not an address, and what to write instead.
pub(super) struct Wrong {
    pub(super) what: String,
    pub(super) hint: String,
}

fn wrong<T>(what: String, hint: &str) -> Result<T, Wrong> {
    Err(Wrong {
        what,
        hint: hint.to_string(),
    })
}

/// An IPv4 address.
pub(super) fn ipv4(text: &str) -> Result<Ipv4Addr, Wrong> {
    text.parse().or_else(|_| {
        wrong(
            format!("`{text}` is not an IPv4 address"),
            "e.g. 10.30.0.53",
        )
    })
}

/// An IPv6 address.
pub(super) fn ipv6(text: &str) -> Result<Ipv6Addr, Wrong> {
    text.parse().or_else(|_| {
        wrong(
            format!("`{text}` is not an IPv6 address"),
            "e.g. 2001:db8::53",
        )
    })
}

/// An IPv4 address with the length of its subnet's prefix.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interface4 {
    address: Ipv4Addr,
    length: u32,
}

impl Interface4 {
    /// `10.1.1.1/24`, the address of a host.
    pub(super) fn parse_host(text: &str) -> Result<Self, Wrong> {
        const HINT: &str = "give a host's address with its prefix length, e.g. 10.100.1.1/24";
        let it = Self::parse(text, HINT)?;
        let is_edge = it.address == it.network() || it.address == it.broadcast();
        if it.length < 31 && is_edge {
            let what = format!("`{text}` is the subnet's own or its broadcast address");
            return wrong(what, HINT);
        }
        Ok(it)
    }

    /// `10.1.1.0/24`, a subnet.
    pub(super) fn parse_subnet(text: &str) -> Result<Self, Wrong> {
        let it = Self::parse(text, "give a subnet, e.g. 10.100.1.0/24")?;
        if it.address != it.network() {
            let hint = format!("the subnet is {}/{}", it.network(), it.length);
            return wrong(format!("`{text}` has host bits set"), &hint);
        }
        Ok(it)
    }

    /// `239.0.0.0/24`, multicast groups.
    pub(super) fn parse_groups(text: &str) -> Result<Self, Wrong> {
        const HINT: &str = "give multicast groups, e.g. 239.0.0.0/24";
        match Self::split(text) {
            Some(it) if it.length < 4 || !it.address.is_multicast() => {
                wrong(format!("`{text}` has addresses that are no groups"), HINT)
            }
            Some(it) if it.address != it.network() => {
                let hint = format!("the groups are {}/{}", it.network(), it.length);
                wrong(format!("`{text}` has host bits set"), &hint)
            }
            Some(it) => Ok(it),
            None => wrong(format!("`{text}` is not a prefix"), HINT),
        }
    }

    fn parse(text: &str, hint: &str) -> Result<Self, Wrong> {
        let it = Self::split(text).filter(|it| !it.address.is_multicast());
        let what = format!("`{text}` is not an address with a prefix length");
        it.map_or_else(|| wrong(what, hint), Ok)
    }

    fn split(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let it = Self {
            address: address.parse().ok()?,
            length: length.parse().ok()?,
        };
        (it.length <= 32).then_some(it)
    }

    fn mask(self) -> Ipv4Addr {
        Ipv4Addr::from(u32::MAX.checked_shl(32 - self.length).unwrap_or(0))
    }

    fn wildcard(self) -> Ipv4Addr {
        Ipv4Addr::from(!u32::from(self.mask()))
    }

    fn network(self) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.address) & u32::from(self.mask()))
    }

    fn broadcast(self) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.address) | !u32::from(self.mask()))
    }

    /// What a template sees: `address`, `mask`, `wildcard`, `network`, `length` and `prefix` (`10.100.1.0/24`).
    pub(super) fn to_value(self) -> Value {
        Value::from(BTreeMap::from([
            ("address", Value::from(self.address.to_string())),
            ("mask", Value::from(self.mask().to_string())),
            ("wildcard", Value::from(self.wildcard().to_string())),
            ("network", Value::from(self.network().to_string())),
            ("length", Value::from(self.length)),
            (
                "prefix",
                Value::from(format!("{}/{}", self.network(), self.length)),
            ),
        ]))
    }
}

/// An IPv6 address with the length of its prefix.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interface6 {
    address: Ipv6Addr,
    length: u32,
}

impl Interface6 {
    /// `2001:db8:1::1/64`.
    pub(super) fn parse(text: &str) -> Result<Self, Wrong> {
        let parts = text.split_once('/').and_then(|(address, length)| {
            let it = Self {
                address: address.parse().ok()?,
                length: length.parse().ok()?,
            };
            (it.length <= 128).then_some(it)
        });
        let what = format!("`{text}` is not an IPv6 address with a prefix length");
        parts.map_or_else(|| wrong(what, "e.g. 2001:db8:1::1/64"), Ok)
    }

    fn network(self) -> Ipv6Addr {
        let mask = u128::MAX.checked_shl(128 - self.length).unwrap_or(0);
        Ipv6Addr::from(u128::from(self.address) & mask)
    }

    /// What a template sees: `address`, `length`, `text` and `prefix`, in capitals as IOS shows them.
    pub(super) fn to_value(self) -> Value {
        let upper = |text: String| Value::from(text.to_uppercase());
        Value::from(BTreeMap::from([
            ("address", upper(self.address.to_string())),
            ("length", Value::from(self.length)),
            ("text", upper(format!("{}/{}", self.address, self.length))),
            (
                "prefix",
                upper(format!("{}/{}", self.network(), self.length)),
            ),
        ]))
    }
}

/// A MAC address, shown as IOS does: `0000.0c9f.f45d`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mac([u8; 6]);

impl Mac {
    /// Any usual notation; a multicast address is no address for an interface.
    pub(super) fn parse(text: &str) -> Result<Self, Wrong> {
        let digits: String = text
            .chars()
            .filter(|c| !matches!(c, '.' | ':' | '-'))
            .collect();
        let value = u64::from_str_radix(&digits, 16)
            .ok()
            .filter(|_| digits.len() == 12);
        let Some([_, _, bytes @ ..]) = value.map(u64::to_be_bytes) else {
            return wrong(
                format!("`{text}` is not a MAC address"),
                "e.g. 0000.0c9f.f45d",
            );
        };
        if bytes[0] & 1 == 1 {
            let what = format!("`{text}` is a multicast address");
            return wrong(
                what,
                "an interface has a unicast address, e.g. 0000.0c9f.f45d",
            );
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, f] = self.0;
        write!(out, "{a:02x}{b:02x}.{c:02x}{d:02x}.{e:02x}{f:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_host(text: &str, expected: &str) {
        let got = Interface4::parse_host(text).map_or_else(
            |wrong| wrong.what,
            |it| format!("{} {} {}", it.address, it.mask(), it.network()),
        );
        assert_eq!(got, expected);
    }

    #[test]
    fn a_gateway_is_a_host_on_its_subnet() {
        check_host("10.100.1.1/24", "10.100.1.1 255.255.255.0 10.100.1.0");
        check_host("10.100.1.1/32", "10.100.1.1 255.255.255.255 10.100.1.1");
        check_host("10.100.1.1/0", "10.100.1.1 0.0.0.0 0.0.0.0");
        check_host(
            "10.100.1.0/24",
            "`10.100.1.0/24` is the subnet's own or its broadcast address",
        );
        check_host(
            "10.100.1.255/24",
            "`10.100.1.255/24` is the subnet's own or its broadcast address",
        );
        check_host(
            "10.100.1.1",
            "`10.100.1.1` is not an address with a prefix length",
        );
        check_host(
            "10.100.1.1/33",
            "`10.100.1.1/33` is not an address with a prefix length",
        );
        check_host(
            "10.100.1.300/24",
            "`10.100.1.300/24` is not an address with a prefix length",
        );
    }

    #[test]
    fn a_mac_may_be_written_in_any_usual_way() {
        for text in [
            "0000.0c9f.f45d",
            "00:00:0c:9f:f4:5d",
            "00-00-0C-9F-F4-5D",
            "00000c9ff45d",
        ] {
            assert_eq!(
                Mac::parse(text).ok().map(|mac| mac.to_string()).as_deref(),
                Some("0000.0c9f.f45d")
            );
        }
        for text in ["0000.0c9f.f45", "0000.0c9f.f45g", "0100.5e00.0001", ""] {
            assert!(Mac::parse(text).is_err(), "{text}");
        }
    }
}
