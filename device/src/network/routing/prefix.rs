//! A network: an address and the length of its mask.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::grammar::slot::mask_length;

/// A network, IPv4 or IPv6. The bits behind its length are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Prefix {
    address: IpAddr,
    length: u8,
}

impl Prefix {
    /// The network of an address.
    pub(crate) fn of(address: IpAddr, length: u32) -> Self {
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = length.min(most);
        let address = match address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from(u32::from(address) & mask))
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from(u128::from(address) & mask))
            }
        };
        // No length is above 128.
        let length = u8::try_from(length).unwrap_or(u8::MAX);
        Self { address, length }
    }

    /// One address alone.
    pub(crate) fn host(address: IpAddr) -> Self {
        Self::of(address, if address.is_ipv4() { 32 } else { 128 })
    }

    /// An IPv4 network by its mask.
    pub(crate) fn masked(address: Ipv4Addr, mask: Ipv4Addr) -> Option<Self> {
        Some(Self::of(IpAddr::V4(address), mask_length(mask)?))
    }

    /// The network that an IPv4 address had before masks were told: A, B or C.
    pub(crate) fn classful(address: Ipv4Addr) -> Self {
        Self::of(IpAddr::V4(address), class_length(address))
    }

    /// Everywhere.
    pub(crate) fn default_v4() -> Self {
        Self::of(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0)
    }

    pub(crate) fn address(self) -> IpAddr {
        self.address
    }

    pub(crate) fn length(self) -> u32 {
        u32::from(self.length)
    }

    pub(crate) fn is_v4(self) -> bool {
        self.address.is_ipv4()
    }

    pub(crate) fn is_default(self) -> bool {
        self.length == 0
    }

    pub(crate) fn is_host(self) -> bool {
        self.length == if self.is_v4() { 32 } else { 128 }
    }

    /// Whether an address is in it.
    pub(crate) fn has(self, address: IpAddr) -> bool {
        address.is_ipv4() == self.is_v4() && Self::of(address, self.length()) == self
    }

    /// Whether it is another one or holds it.
    pub(crate) fn covers(self, other: Self) -> bool {
        other.length >= self.length && self.has(other.address)
    }

    /// The mask of an IPv4 network.
    pub(crate) fn mask(self) -> Ipv4Addr {
        Ipv4Addr::from(
            u32::MAX
                .checked_shl(32 - self.length().min(32))
                .unwrap_or(0),
        )
    }
}

/// The length of the mask that an IPv4 address had before masks were told.
pub(crate) fn class_length(address: Ipv4Addr) -> u32 {
    match address.octets()[0] {
        0..=127 => 8,
        128..=191 => 16,
        _ => 24,
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            IpAddr::V4(address) => write!(out, "{address}/{}", self.length),
            IpAddr::V6(address) => {
                let text = address.to_string().to_ascii_uppercase();
                write!(out, "{text}/{}", self.length)
            }
        }
    }
}

impl FromStr for Prefix {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, length) = text.split_once('/').ok_or(())?;
        Ok(Self::of(
            address.parse().map_err(|_| ())?,
            length.parse().map_err(|_| ())?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_addresses_and_no_other() {
        let prefix: Prefix = "10.1.2.3/24".parse().unwrap();
        assert_eq!(prefix.to_string(), "10.1.2.0/24");
        assert!(prefix.has("10.1.2.255".parse().unwrap()));
        assert!(!prefix.has("10.1.3.0".parse().unwrap()));
        assert!(Prefix::default_v4().covers(prefix));
        assert!(!prefix.covers(Prefix::default_v4()));
        assert_eq!(prefix.mask().to_string(), "255.255.255.0");
    }
}
