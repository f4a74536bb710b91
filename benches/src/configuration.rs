//! A configuration as an operator's file has it: ports, addresses, VLANs, neighbours, access lists, route-maps.

/// The lines of one block; a configuration is a number of them.
pub const BLOCK_LINES: usize = 25;

/// Blocks that are all new to a device, `lines` in all (or a few less).
///
/// Each block makes sections of its own, and adds to those that all share: the BGP process, and one long access list.
#[must_use]
pub fn mixed(lines: usize) -> String {
    mixed_from(0, lines)
}

/// The same, of blocks that come behind the first `have` lines.
#[must_use]
pub fn mixed_from(have: usize, lines: usize) -> String {
    let first = have.div_ceil(BLOCK_LINES);
    (first..first + lines.div_ceil(BLOCK_LINES))
        .map(block)
        .collect()
}

fn block(n: usize) -> String {
    let (high, low, vlan) = (n / 250, n % 250 + 1, n + 2);
    format!(
        "vlan {vlan}\n name CUSTOMER-{n}\n\
         interface Loopback{n}\n description router {n} of the ring\n ip address 10.{high}.{low}.1 255.255.255.255\n\
         interface Vlan{vlan}\n description customer {n}, floor {low}\n ip address 172.{high}.{low}.1 255.255.255.0\n \
         ip access-group CUSTOMER-{n} in\n no shutdown\n\
         router bgp 65001\n neighbor 192.{high}.{low}.2 remote-as 65002\n \
         neighbor 192.{high}.{low}.2 description peer {n}\n \
         address-family ipv4\n  neighbor 192.{high}.{low}.2 activate\n  \
         neighbor 192.{high}.{low}.2 route-map CUSTOMER-{n} in\n\
         ip access-list extended CUSTOMER-{n}\n permit tcp any host 10.{high}.{low}.1 eq 443\n \
         deny ip any 172.{high}.{low}.0 0.0.0.255\n\
         ip access-list extended MANAGEMENT\n permit tcp host 10.{high}.{low}.1 any eq 22\n\
         ip prefix-list CUSTOMER-{n} seq 5 permit 172.{high}.{low}.0/24\n\
         route-map CUSTOMER-{n} permit 10\n match ip address prefix-list CUSTOMER-{n}\n set local-preference 200\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_as_many_lines_as_it_says() {
        assert_eq!(block(0).lines().count(), BLOCK_LINES);
    }
}
