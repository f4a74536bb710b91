//! Small packs, and what becomes of them.

use std::collections::BTreeMap;

use super::Packs;
use crate::config::{Block, reader};
use crate::grammar::World;

fn packs(grammar: &str) -> Packs {
    let files = [
        ("p/pack.yaml", "name: p\n"),
        ("p/grammar/a.yaml", grammar),
        ("p/help/a.yaml", "no: Negate\ndefault: Default\n"),
    ];
    let files: BTreeMap<String, String> = files
        .into_iter()
        .map(|(path, text)| (path.to_string(), text.to_string()))
        .collect();
    Packs::load(&files).unwrap()
}

#[test]
fn an_old_form_that_leads_back_to_itself_is_refused_and_not_followed_for_ever() {
    let packs = packs(
        "config:\n  config:\n    - {syntax: \"old <x:word>\", rewrite: old $x, help: {old: Old}}\n",
    );
    let platform = packs.platform("p", None).unwrap();
    let refused = reader::read(&platform, &mut Block::default(), "old one\n");
    assert_eq!(refused.len(), 1);
}

#[test]
fn every_mistake_of_a_pack_is_told_where_it_stands() {
    let packs = packs(
        "config:\n  config:\n    - {syntax: \"a (b\", help: {a: A}}\n    - {syntax: c, does: nothing, help: {c: C}}\n    - syntax: d\n",
    );
    let told: Vec<String> = packs.check().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "p/grammar/a.yaml:3:16: `)` is missing",
            "p/grammar/a.yaml:4:25: no effect is called `nothing`",
            "p/grammar/a.yaml:5:15: the keyword `d` has no help",
        ]
    );
}

#[test]
fn names_whose_numbers_are_the_same_with_and_without_zeros_are_two() {
    let packs = packs(
        "config:\n  config:\n    - {syntax: \"name <word:word>\", key: [word], help: {name: A name}}\n",
    );
    let platform = packs.platform("p", None).unwrap();
    let mut block = Block::default();
    let text = "name A1\nname A01\nname B\nname A001\n";
    assert_eq!(reader::read(&platform, &mut block, text), []);
    let lines: Vec<&str> = block.iter().map(|statement| &*statement.line).collect();
    assert_eq!(lines, ["name A001", "name A01", "name A1", "name B"]);
}

#[test]
fn an_address_that_no_names_must_be_the_stored_one() {
    let packs = packs(
        "config:\n  config:\n    - {syntax: \"ip address <address:ipv4> <mask:mask>\", no: \"ip address [<address:ipv4> <mask:mask>]\",\n       help: {ip: IP, address: Address}}\n",
    );
    let platform = packs.platform("p", None).unwrap();
    let mut block = Block::default();
    let text = "ip address 10.0.0.1 255.0.0.0\nno ip address 10.0.0.2 255.0.0.0\n";
    assert_eq!(reader::read(&platform, &mut block, text), []);
    assert_eq!(block.len(), 1);
    reader::read(&platform, &mut block, "no ip address\n");
    assert!(block.is_empty());
}

fn switches() -> Packs {
    let pack = "\
name: s
features: [switching]
model: S-8
interfaces:
  - {type: GigabitEthernet, short: Gi, help: GigabitEthernet}
  - {type: TenGigabitEthernet, short: Te, speed: 10000, help: TenGigabitEthernet}
  - {type: Vlan, short: Vl, numbers: [\"1-4094\"], virtual: true, help: Vlans}
ports: [{type: GigabitEthernet, numbers: [\"1/0/1-8\"], layer: 2, lines: [shutdown]}]
models:
  S-8: {}
  S-8X: {ports: [{type: TenGigabitEthernet, numbers: [\"1/0/1-8\"], layer: 2}]}
identity: {text: \"a {model}\"}
";
    let files = [
        ("s/pack.yaml", pack),
        (
            "s/modes/m.yaml",
            "- {mode: config, prompt: config, parent: exec, header: x}\n- {mode: interface, prompt: config-if, parent: config, header: x}\n",
        ),
        (
            "s/grammar/a.yaml",
            "config:\n  config:\n    - {syntax: \"interface <interface:interface>\", key: [interface], opens: interface, help: {interface: I}}\n  interface:\n    - {syntax: shutdown, help: {shutdown: S}}\n",
        ),
        (
            "s/help/a.yaml",
            "no: Negate\ndefault: Default\nexit: E\nend: E\ndo: D\nhelp: H\n",
        ),
    ];
    let files = files.map(|(path, text)| (path.to_string(), text.to_string()));
    Packs::load(&files.into()).unwrap()
}

#[test]
fn a_configuration_is_given_the_model_that_has_its_ports() {
    let packs = switches();
    assert_eq!(packs.check(), []);
    let model = |config: &str| packs.fitting("s", config).unwrap().model().to_string();
    assert_eq!(model("interface TenGigabitEthernet1/0/1\n"), "S-8X");
    assert_eq!(model("hostname x\n"), "S-8");
    assert_eq!(model("interface GigabitEthernet1/0/1\n"), "S-8");
    let all: String = (1..=8)
        .map(|port| format!("interface TenGigabitEthernet1/0/{port}\n"))
        .collect();
    assert_eq!(model(&all), "S-8X");
    assert_eq!(model("switch 1 provision s-8x\n"), "S-8X");
}

#[test]
fn a_configuration_is_given_the_stack_members_and_modules_that_it_speaks_of() {
    let packs = switches();
    let config = "switch 1 provision s-8\nswitch 2 provision s-8x\n\
                  interface TenGigabitEthernet1/1/1\n no ip address\ninterface Vlan7\ninterface GigabitEthernet1/0/x\n";
    let platform = packs.fitting("s", config).unwrap();
    let port = |name: &str| platform.port(name);
    assert_eq!(platform.model(), "S-8");
    assert!(port("TenGigabitEthernet2/0/8").is_some() && port("TenGigabitEthernet1/1/1").is_some());
    assert!(port("TenGigabitEthernet1/1/2").is_none() && port("Vlan7").is_none());
    assert_eq!(
        platform
            .interfaces()
            .port("TenGigabitEthernet1/1/1")
            .unwrap()
            .speed_mbps,
        10_000
    );
    assert_eq!(
        reader::read(&platform, &mut platform.bare().clone(), config).len(),
        4,
        "the word `switch`, an address, x"
    );
}

#[test]
fn a_models_factory_configuration_has_what_its_ports_say() {
    let packs = switches();
    let shut = |model| {
        let platform = packs.platform("s", Some(model)).unwrap();
        let text = crate::config::text::body(&platform, platform.baseline(), Default::default());
        text.matches("shutdown").count()
    };
    assert_eq!((shut("S-8"), shut("S-8X")), (8, 0));
    assert_eq!(
        packs
            .platform("s", Some("S-8X"))
            .unwrap()
            .identity("text")
            .as_deref(),
        Some("a S-8X")
    );
}
