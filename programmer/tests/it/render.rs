//! Documents in, lines or mistakes out.

use std::sync::LazyLock;

use programmer::inventory::{Inventory, PasswordOverride};
use programmer::packs::{PackSource, Packs};
use programmer::resolve::resolve;
use programmer::rfs;

const TOPOLOGY: &str = r#"
name: campus
listen: {address: 127.0.0.1, port: 2201}
credentials: {username: netadmin, password: C1sco12345, enable: C1sco54321}
devices:
  - {name: border-1, pack: catalyst-9500, role: border}
  - {name: border-2, pack: asr-1001-x, role: border}
  - {name: "edge-{n}", count: 2, pack: catalyst-9300, role: edge}
  - {name: wlc-1, pack: catalyst-9800, role: wlc}
  - {name: ap-1, pack: ap-cos, role: ap}
  - {name: lone-1, pack: catalyst-9300}
  - {name: lone-2, pack: catalyst-9800}
"#;

static PACKS: LazyLock<Packs> = LazyLock::new(|| Packs::load(&PackSource::embedded()).unwrap());

/// Renders documents and compares the plan, without the heads of devices.
#[track_caller]
fn check_render(text: &str, expected: &str) {
    assert_eq!(render("service.yaml", text).trim(), expected.trim());
}

/// The plan, or the mistakes, as text.
fn render(file: &str, text: &str) -> String {
    let inventory = Inventory::read("t.yaml", TOPOLOGY, &PasswordOverride::default()).unwrap();
    let planned =
        rfs::read(file, text).and_then(|documents| resolve(&documents, &inventory, &PACKS));
    match planned {
        Ok(plan) => plan.to_string(),
        Err(mistakes) => mistakes
            .iter()
            .map(|mistake| format!("{}\n", mistake.report()))
            .collect(),
    }
}

#[track_caller]
fn check_feature(device: &str, feature: &str, expected: &str) {
    let told = render(
        "service.yaml",
        &format!("kind: rfs\ndevice: {device}\nfeatures:\n  - {feature}\n"),
    );
    let lines: Vec<&str> = told.lines().filter(|line| !line.starts_with('!')).collect();
    assert_eq!(
        lines.join("\n").trim_end(),
        expected.trim_matches('\n').trim_end()
    );
}

#[test]
fn a_plan_prints_as_configuration() {
    check_render(
        "kind: rfs\nrole: edge\nfeatures: [{writer: Vrf, op: create, key: VN_USERS}]\n",
        "\
! edge-1 (catalyst-9300, edge) at 127.0.0.1:2203: 4 lines
! create Vrf VN_USERS
vrf definition VN_USERS
 address-family ipv4
  exit-address-family
 exit

! edge-2 (catalyst-9300, edge) at 127.0.0.1:2204: 4 lines
! create Vrf VN_USERS
vrf definition VN_USERS
 address-family ipv4
  exit-address-family
 exit",
    );
}

#[test]
fn a_vrf_of_a_border_has_route_targets() {
    check_feature(
        "border-1",
        "{writer: Vrf, op: create, key: VN_IOT, fields: {afs: [ipv4, ipv6], l3Iid: 4100}}",
        "
vrf definition VN_IOT
 rd 1:4100
 address-family ipv4
  route-target export 1:4100
  route-target import 1:4100
  exit-address-family
 address-family ipv6
  route-target export 1:4100
  route-target import 1:4100
  exit-address-family
 exit",
    );
}

/// The worked example of an added pool: VN_IOT 10.100.2.0/24 on an edge.
#[test]
fn a_segment_of_an_edge_is_a_gateway_and_two_lisp_instances() {
    check_feature(
        "edge-1",
        "{writer: Segment, op: create, key: 10_100_2_0-VN_IOT, fields: {vlanId: 1022, l2Iid: 8189, l3Iid: 4100, \
         gateway: 10.100.2.1/24, mac: 0000.0c9f.f45e, helpers: [10.30.0.53], locatorSet: rloc_x}}",
        "
router lisp
 instance-id 4100
  remote-rloc-probe on-route-change
  dynamic-eid 10_100_2_0-VN_IOT-IPV4
   database-mapping 10.100.2.0/24 locator-set rloc_x
   exit-dynamic-eid
  service ipv4
   eid-table vrf VN_IOT
   exit-service-ipv4
  exit-instance-id
 exit-router-lisp
interface Vlan1022
 no lisp mobility liveness test
 no ip redirects
 mac-address 0000.0c9f.f45e
 description Configured from Catalyst Center
 vrf forwarding VN_IOT
 ip address 10.100.2.1 255.255.255.0
 ip helper-address 10.30.0.53
 ip route-cache same-interface
 lisp mobility 10_100_2_0-VN_IOT-IPV4
 exit
router lisp
 instance-id 8189
  service ethernet
   eid-table vlan 1022
   database-mapping mac locator-set rloc_x
   exit-service-ethernet
  remote-rloc-probe on-route-change
  exit-instance-id
 exit-router-lisp",
    );
}

#[test]
fn a_segment_of_infra_vn_has_no_vrf_and_relays_globally() {
    let told = render(
        "service.yaml",
        "kind: rfs\ndevice: edge-1\nfeatures:\n  - {writer: Segment, op: create, key: APS, fields: {vlanId: 2045, \
         l2Iid: 8190, l3Iid: 4097, gateway: 10.100.9.1/24, helpers: [10.30.0.53]}}\n",
    );
    assert!(told.contains("eid-table default"), "{told}");
    assert!(
        told.contains("ip helper-address global 10.30.0.53"),
        "{told}"
    );
    assert!(!told.contains("vrf forwarding"), "{told}");
}

#[test]
fn a_segment_of_a_border_is_a_loopback_and_bgp() {
    check_feature(
        "border-2",
        "{writer: Segment, op: create, key: P-VN_IOT, fields: {vlanId: 1022, l2Iid: 8189, l3Iid: 4100, \
         gateway: 10.100.2.1/24, bgpAs: 65001}}",
        "
interface Loopback1022
 description Loopback Border
 vrf forwarding VN_IOT
 ip address 10.100.2.1 255.255.255.255
 exit
router bgp 65001
 address-family ipv4 vrf VN_IOT
  bgp aggregate-timer 0
  network 10.100.2.1 mask 255.255.255.255
  aggregate-address 10.100.2.0 255.255.255.0 summary-only
  redistribute lisp metric 10
  exit-address-family
 exit",
    );
}

#[test]
fn a_segment_changes_in_place_only_what_is_given() {
    check_feature(
        "edge-1",
        "{writer: Segment, op: modify, key: P-VN_IOT, fields: {vlanId: 1022, l2Iid: 8189, l3Iid: 4100, \
         gateway: 10.100.2.1/24, helpers: [10.30.0.54], noHelpers: [10.30.0.53]}}",
        "
interface Vlan1022
 ip helper-address 10.30.0.54
 no ip helper-address 10.30.0.53
 exit",
    );
}

#[test]
fn network_wide_settings_come_and_go() {
    let fields = "{sourceInterface: Loopback0, dns: {domain: cisco.local, primary: 10.30.0.53}, ntp: [10.30.0.53], \
                  syslog: [10.30.0.100], snmpTrap: [10.30.0.100], snmpV3: {user: dnac, mode: authPriv}, \
                  netflow: {ip: 10.30.0.100}, logChanges: true}";
    check_feature(
        "edge-1",
        &format!("{{writer: Networkwidesettings, op: create, key: hq, fields: {fields}}}"),
        "
ip domain name cisco.local
ip name-server 10.30.0.53
ip domain lookup source-interface Loopback0
ntp source Loopback0
ntp server 10.30.0.53
logging source-interface Loopback0
logging host 10.30.0.100
snmp-server trap-source Loopback0
snmp-server enable traps
snmp-server host 10.30.0.100 version 3 priv dnac
flow exporter 10.30.0.100
 destination 10.30.0.100
 source Loopback0
 transport udp 6007
 exit
archive
 log config
  logging enable
  logging size 1000
  exit
 exit",
    );
    check_feature(
        "edge-1",
        &format!("{{writer: Networkwidesettings, op: delete, key: hq, fields: {fields}}}"),
        "
archive
 log config
  no logging size
  no logging enable
  exit
 exit
no flow exporter 10.30.0.100
no snmp-server host 10.30.0.100 version 3 priv dnac
no snmp-server enable traps
no snmp-server trap-source
no logging host 10.30.0.100
no logging source-interface Loopback0
no ntp server 10.30.0.53
no ntp source
no ip domain lookup source-interface
no ip name-server 10.30.0.53
no ip domain name cisco.local",
    );
}

#[test]
fn a_secret_of_a_document_is_masked_in_its_plan() {
    let told = render(
        "service.yaml",
        "kind: rfs\ndevice: edge-1\nfeatures:\n  - {writer: Networkwidesettings, op: create, key: hq, \
         fields: {snmpV2: {ro: s3cretcommunity}}}\n",
    );
    assert!(told.contains("snmp-server community **** RO"), "{told}");
}

#[test]
fn what_is_deleted_goes_first_and_in_reverse_order() {
    let told = render(
        "service.yaml",
        "kind: rfs\ndevice: edge-1\nfeatures:\n  - {writer: Networkvlan, op: create, key: 20, fields: {name: a}}\n  \
         - {writer: Vrf, op: create, key: A}\n  - {writer: Vrf, op: delete, key: B}\n  \
         - {writer: Networkvlan, op: delete, key: 30}\n",
    );
    let titles: Vec<&str> = told
        .lines()
        .filter_map(|line| line.strip_prefix("! "))
        .skip(1)
        .collect();
    assert_eq!(
        titles,
        [
            "delete Networkvlan 30",
            "delete Vrf B",
            "create Vrf A",
            "create Networkvlan 20"
        ]
    );
}

#[test]
fn the_location_of_an_access_point_is_sent_as_it_is_written() {
    check_feature(
        "wlc-1",
        "{writer: ApSettings, op: modify, key: KRK-LAP1, fields: {location: Global/Cisco Poland/Kraków/Budynek C/Pietro-2}}",
        "do ap name KRK-LAP1 location \"Global/Cisco Poland/Kraków/Budynek C/Pietro-2\"",
    );
}

#[test]
fn letters_outside_ascii_are_warned_of() {
    let text = "kind: rfs\ndevice: wlc-1\nfeatures: [{writer: ApSettings, op: modify, key: A, fields: {location: Kraków}}]";
    let inventory = Inventory::read("t.yaml", TOPOLOGY, &PasswordOverride::default()).unwrap();
    let plan = resolve(&rfs::read("s.yaml", text).unwrap(), &inventory, &PACKS).unwrap();
    let warnings: Vec<String> = plan.warnings().collect();
    assert!(
        warnings[0].starts_with(
            "wlc-1: line 1 `do ap name A location \"Kraków\"` has letters outside ASCII"
        )
    );
}

#[test]
fn every_mistake_of_meaning_is_told_with_its_place_and_the_next_step() {
    check_render(
        "\
kind: rfs
role: edge
features:
  - {writer: Vfr, op: create, key: A}
  - {writer: Networkvlan, op: create, key: 5000, fields: {name: a b, mtu: 1500}}
  - {writer: Networkvlan, op: create, key: 1003}
  - {writer: Segment, op: create, key: POOL1, fields: {vlanId: 1021, l2Iid: 8188, l3Iid: 4099, gateway: 10.100.1.0/24, mac: 0000.0c9f}}
  - {writer: Segment, op: create, key: POOL2, fields: {vlanId: 1022, l2Iid: 8189, l3Iid: 4099, gateway: 10.100.2.1/24}}
  - {writer: DhcpServerSettings, op: create, key: a, fields: {snoopingVlans: [20, x]}}
---
kind: rfs
device: edge-9
features: [{writer: Vrf, op: create, key: A}]
---
kind: rfs
role: core
features: [{writer: Vrf, op: create, key: A}]
---
kind: rfs
devices: [border-2, ap-1]
features: [{writer: Networkvlan, op: create, key: 20, fields: {name: a}}]
---
kind: rfs
device: lone-1
features: [{writer: Segment, op: modify, key: a-b, fields: {}}]
---
kind: rfs
device: lone-2
features: [{writer: ApSettings, op: delete, key: A}]
",
        "\
service.yaml:4:14: the writer `Vfr` is unknown
  hint: did you mean `Vrf`? `programmer writers` lists them all
service.yaml:5:44: `key`: `5000` is not a VLAN
  hint: a VLAN is a number from 2 to 4094, except 1002 to 1005, which IOS keeps
service.yaml:5:70: unknown field `mtu`
  hint: the fields are: name, vtpTransparent, snooping, ctsEnforced, raGuard
service.yaml:5:65: `name`: `a b` has a blank
  hint: write one word
service.yaml:6:44: `key`: VLAN 1003 is reserved
  hint: a VLAN is a number from 2 to 4094, except 1002 to 1005, which IOS keeps
service.yaml:6:5: the field `name` is missing
  hint: name: the VLAN's name, one word of at most 32 letters
service.yaml:7:105: `gateway`: `10.100.1.0/24` is the subnet's own or its broadcast address
  hint: give a host's address with its prefix length, e.g. 10.100.1.1/24
service.yaml:7:125: `mac`: `0000.0c9f` is not a MAC address
  hint: e.g. 0000.0c9f.f45d
service.yaml:8:55: the field `vrf` is missing: `POOL2` doesn't end in -<VN>
  hint: add vrf: NAME, or name the pool <pool>-<VN>
service.yaml:9:83: `snoopingVlans[1]`: `x` is not a VLAN
  hint: a VLAN is a number from 2 to 4094, except 1002 to 1005, which IOS keeps
service.yaml:12:9: the topology has no device `edge-9`
  hint: did you mean `edge-1`?
service.yaml:16:7: no device of the topology has the role `core`
  hint: the roles are: ap, border, edge, wlc
service.yaml:21:21: `border-2` (asr-1001-x) doesn't take `Networkvlan`
  hint: it takes: AAANeSettings, BgpNeighborInfo, BgpProcessSettings, CliTemplate, IpV4MulticastNrSettings, IpV4PimNrSettings, LispItrMapCacheEntry, Lispcomponent, MsdpNrSettings, Networkdevice, Networkwidesettings, RoutePolicyMap, Segment, Vrf, protocolendpoint
service.yaml:21:21: `ap-1` (ap-cos) doesn't take `Networkvlan`
  hint: no writer is for ap-cos; leave the device out
service.yaml:25:21: Segment has no form for `lone-1` with the role none
  hint: the roles it knows are: edge, border, control-plane, wlc
service.yaml:29:37: ApSettings can't delete on `lone-2`
  hint: it can modify
",
    );
}

#[test]
fn a_value_that_a_terminal_takes_for_keys_is_refused() {
    for text in ["\"a\\nb\"", "\"a?\"", "\"a\\u0003\"", "'a\"b'", "\" \""] {
        let told = render(
            "service.yaml",
            &format!(
                "kind: rfs\ndevice: wlc-1\nfeatures: [{{writer: ApSettings, op: modify, key: A, fields: {{location: {text}}}}}]\n"
            ),
        );
        assert!(told.contains("`location`: the text "), "{told}");
    }
}

#[test]
fn the_same_feature_twice_is_a_mistake() {
    check_render(
        "kind: rfs\nrole: edge\nfeatures: [{writer: Vrf, op: create, key: A}]\n---\nkind: rfs\ndevice: edge-2\nfeatures: [{writer: Vrf, op: create, key: A}]\n",
        "service.yaml:7:12: `create Vrf A` stands twice for `edge-2`\n  hint: say it once; the other may stand in another file or document",
    );
}

#[test]
fn a_line_that_the_device_would_cut_off_is_refused() {
    let told = render(
        "s.yaml",
        &format!(
            "kind: rfs\ndevice: wlc-1\nfeatures: [{{writer: ApSettings, op: modify, key: A, fields: {{location: {}}}}}]\n",
            "ł".repeat(250)
        ),
    );
    assert!(told.contains("reads lines of 510 bytes"), "{told}");
}

#[test]
fn a_feature_that_comes_to_nothing_is_a_mistake() {
    check_render(
        "kind: rfs\ndevice: edge-1\nfeatures: [{writer: Networkwidesettings, op: modify, key: hq}]\n",
        "service.yaml:3:12: Networkwidesettings has nothing to modify here\n  hint: give fields; `programmer writers Networkwidesettings` lists them",
    );
}
