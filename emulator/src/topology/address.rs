//! Where devices listen: one port each, or one address each.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Where a topology's devices listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// One address; one port a device, counting up. Port 0: any free ones, known once the fleet serves.
    Ports {
        /// The address.
        address: IpAddr,
        /// The port of the first device.
        port: u16,
    },
    /// One port; one address a device, counting up from the network's first host.
    Network {
        /// The network.
        network: Network,
        /// The port.
        port: u16,
    },
}

/// An IPv4 network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: Ipv4Addr,
    length: u32,
}

impl Listen {
    /// Where the device with this number listens.
    #[must_use]
    pub fn address(&self, number: usize) -> Option<SocketAddr> {
        match self {
            Self::Ports { address, port: 0 } => Some(SocketAddr::new(*address, 0)),
            Self::Ports { address, port } => {
                let port = usize::from(*port).checked_add(number)?;
                Some(SocketAddr::new(*address, u16::try_from(port).ok()?))
            }
            Self::Network { network, port } => {
                Some(SocketAddr::new(network.host(number)?.into(), *port))
            }
        }
    }
}

impl Network {
    /// Reads `127.20.0.0/16`.
    ///
    /// # Errors
    ///
    /// What is wrong, and the next step.
    pub(super) fn parse(text: &str) -> Result<Self, (String, String)> {
        let hint = "write an IPv4 network, e.g. 127.20.0.0/16";
        let wrong = || {
            (
                format!("`{}` is not a network", text.escape_debug()),
                hint.to_string(),
            )
        };
        let (base, length) = text.split_once('/').ok_or_else(wrong)?;
        let base: Ipv4Addr = base.parse().map_err(|_| wrong())?;
        let length: u32 = length.parse().map_err(|_| wrong())?;
        if !(8..=30).contains(&length) {
            let hint = "a network has a prefix length from 8 to 30";
            return Err((format!("/{length} is out of range"), hint.to_string()));
        }
        let network = Self { base, length };
        let first = Ipv4Addr::from(u32::from(base) & !network.host_bits());
        if first != base {
            let says = format!("`{text}` has bits beyond its prefix");
            return Err((says, format!("write {first}/{length}")));
        }
        Ok(network)
    }

    /// How many devices it has room for.
    #[must_use]
    pub fn hosts(&self) -> usize {
        usize::try_from(self.host_bits() - 1).unwrap_or(usize::MAX)
    }

    /// The address of the device with this number.
    #[must_use]
    pub fn host(&self, number: usize) -> Option<Ipv4Addr> {
        if number >= self.hosts() {
            return None;
        }
        let offset = u32::try_from(number).ok()?.checked_add(1)?;
        Some(Ipv4Addr::from(u32::from(self.base).checked_add(offset)?))
    }

    /// The number of the device with this address.
    #[must_use]
    pub fn number(&self, address: Ipv4Addr) -> Option<usize> {
        let offset = u32::from(address).checked_sub(u32::from(self.base))?;
        let number = usize::try_from(offset.checked_sub(1)?).ok()?;
        (number < self.hosts()).then_some(number)
    }

    /// Whether nobody beyond this machine can reach it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.base.is_loopback()
    }

    fn host_bits(&self) -> u32 {
        u32::MAX >> self.length
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}/{}", self.base, self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_and_its_address_name_each_other() {
        let network = Network::parse("127.20.0.0/16").unwrap();
        let address = network.host(255).unwrap();
        assert_eq!(address, Ipv4Addr::new(127, 20, 1, 0));
        assert_eq!(network.number(address), Some(255));
        assert_eq!(network.number(Ipv4Addr::new(127, 20, 0, 0)), None);
        assert_eq!(network.number(Ipv4Addr::new(127, 21, 0, 1)), None);
    }

    #[test]
    fn the_broadcast_address_is_no_device() {
        let network = Network::parse("127.20.0.0/30").unwrap();
        assert_eq!(network.hosts(), 2);
        assert_eq!(network.number(Ipv4Addr::new(127, 20, 0, 3)), None);
    }
}
