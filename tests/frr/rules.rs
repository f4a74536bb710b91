//! What the pack knows of FRRouting's configuration; needs no router.

use programmer::config::{Config, change};

use crate::documents::{CREATE, DELETE};
use crate::peer::{lines_of, packs};

/// What FRRouting 8.4.4 showed after `CREATE`.
const SHOWN: &str = "Building configuration...

Current configuration:
!
frr version 8.4.4
frr defaults traditional
hostname R1
no ip forwarding
no ipv6 forwarding
!
vrf VN_USERS
 vni 4099
exit-vrf
!
router bgp 65001
 bgp router-id 10.0.0.1
 neighbor 10.0.0.2 remote-as 65002
 neighbor 10.0.0.2 description the fusion router
 neighbor 10.0.0.2 password Peer-Key-1
 !
 address-family ipv4 unicast
  network 10.100.0.0/16
  network 10.200.0.0/16
  neighbor 10.0.0.2 prefix-list SITE in
  neighbor 10.0.0.2 route-map FROM_PEER in
 exit-address-family
exit
!
router bgp 65001 vrf VN_USERS
 bgp router-id 10.0.0.1
 neighbor 10.0.1.2 remote-as 65003
 neighbor 10.0.1.2 ebgp-multihop 2
 !
 address-family ipv4 unicast
  neighbor 10.0.1.2 weight 100
 exit-address-family
exit
!
ip prefix-list SITE description the site's own prefixes
ip prefix-list SITE seq 10 permit 10.100.0.0/16 le 24
ip prefix-list SITE seq 20 permit 10.200.0.0/16 ge 20 le 24
ip prefix-list SITE seq 99 deny 0.0.0.0/0 le 32
!
route-map FROM_PEER permit 10
 description ours
 match ip address prefix-list SITE
 set local-preference 200
exit
!
route-map FROM_PEER deny 20
exit
!
end
";

#[test]
fn nothing_of_what_stands_is_missing_and_all_of_it_can_go() {
    let packs = packs();
    let rules = packs.platform("frr").unwrap().rules();
    let replies = [SHOWN.to_string(), "zebra bgpd staticd".to_string()];
    let running = Config::parse(&replies, rules).unwrap();
    let sent = |features| {
        let missing = change(&lines_of("R1", 1, features), &running, rules);
        missing
            .lines
            .iter()
            .map(|line| line.text().trim().to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(sent(CREATE), Vec::<String>::new());
    assert!(sent(DELETE).contains(&"no router bgp 65001".to_string()));
}

#[test]
fn a_configuration_without_bgpd_is_none() {
    let packs = packs();
    let rules = packs.platform("frr").unwrap().rules();
    let without = [SHOWN.to_string(), "zebra staticd".to_string()];
    assert!(Config::parse(&without, rules).is_err());
    let lost = SHOWN.replace(
        "!\nfrr version",
        "!\nWarning: connecting to bgpd...failed!\nfrr version",
    );
    assert!(Config::parse(&[lost, "zebra bgpd".to_string()], rules).is_err());
}
