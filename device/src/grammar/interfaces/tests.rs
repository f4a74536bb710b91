//! A small switch, and the names of its ports.

use super::*;

pub(crate) fn switch() -> Interfaces {
    let of = |name: &str, short: &str, cdp: &str, numbers: &[&str]| InterfaceType {
        name: name.into(),
        short: short.into(),
        cdp: cdp.into(),
        help: format!("{name} interface"),
        layer: Layer::Three,
        virtual_numbers: numbers.iter().filter_map(|n| Numbers::parse(n)).collect(),
        after_slot: name.starts_with("App"),
    };
    let types = vec![
        of("Loopback", "Lo", "Lo", &["0-2147483647"]),
        of("Port-channel", "Po", "Po", &["1-128"]),
        of("GigabitEthernet", "Gi", "Gig", &[]),
        of("TenGigabitEthernet", "Te", "Ten", &[]),
        of("TwentyFiveGigE", "Twe", "Twe", &[]),
        of("AppGigabitEthernet", "Ap", "App", &[]),
        of("Vlan", "Vl", "Vl", &["1-4094"]),
    ];
    let port = |kind: usize, numbers: &str, layer| {
        let numbers = Numbers::parse(numbers).unwrap();
        let one = |number| Port {
            kind,
            number,
            layer,
            speed_mbps: 1000,
            media: String::new(),
        };
        numbers.each().map(one).collect::<Vec<_>>()
    };
    let ports = [
        port(2, "1/0/1-48", Layer::Two),
        port(3, "1/1/1-8", Layer::Two),
        port(4, "1/1/1-2", Layer::Two),
    ];
    Interfaces::new(types, ports.concat())
}

#[test]
fn names_are_resolved_from_any_unique_prefix() {
    let switch = switch();
    for (typed, name) in [
        ("gi1/0/1", Some("GigabitEthernet1/0/1")),
        ("g1/0/48", Some("GigabitEthernet1/0/48")),
        ("Gi 1/0/1", Some("GigabitEthernet1/0/1")),
        ("t1/1/8", Some("TenGigabitEthernet1/1/8")),
        ("t1/1/1", None),
        ("te1/1/1", Some("TenGigabitEthernet1/1/1")),
        ("vl10", Some("Vlan10")),
        ("vlan4095", None),
        ("po1.100", Some("Port-channel1.100")),
        ("gi1/0/49", None),
        ("en0/3", None),
        ("10", None),
    ] {
        assert_eq!(switch.resolve(typed).as_deref(), name, "{typed}");
    }
}

#[test]
fn a_range_may_have_blanks_and_several_types() {
    let names = switch().range("gi1/0/1 - 3 , te1/1/1").unwrap();
    assert_eq!(names.len(), 4);
    assert_eq!(names[3], "TenGigabitEthernet1/1/1");
    assert!(switch().range("gi1/0/47-50").is_none());
}

#[test]
fn ports_are_sorted_by_slot_then_module_then_type() {
    let switch = switch();
    let order = [
        "Loopback10",
        "Port-channel2",
        "GigabitEthernet0/0",
        "GigabitEthernet1/0/2",
        "GigabitEthernet1/0/10",
        "GigabitEthernet1/1/1",
        "TenGigabitEthernet1/1/1",
        "TwentyFiveGigE1/1/1",
        "AppGigabitEthernet1/0/1",
        "GigabitEthernet2/0/1",
        "GigabitEthernet0",
        "Vlan2",
    ];
    let mut sorted = order;
    sorted.reverse();
    let key = |name: &str| switch.sort_key(name).unwrap();
    sorted.sort_by(|a, b| crate::config::natural(&key(a), &key(b)));
    assert_eq!(sorted, order);
}

#[test]
fn the_first_wrong_character_is_found() {
    let switch = switch();
    assert_eq!(switch.begun("gx0/3"), 1);
    assert_eq!(switch.begun("gi1/0/49"), 7);
    assert_eq!(switch.begun("gi2/0/1"), 2);
}

#[test]
fn names_are_shortened_for_tables_and_for_cdp() {
    assert_eq!(switch().short("GigabitEthernet1/0/1"), "Gi1/0/1");
    assert_eq!(switch().cdp("TenGigabitEthernet1/1/1"), "Ten 1/1/1");
}
