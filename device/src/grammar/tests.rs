//! What the matcher makes of lines, on a small grammar.

use super::complete::{Help, help, tab};
use super::graph::{Accept, Entry, Form, Graph, Lexicon, Target};
use super::interfaces::{Interfaces, tests::switch};
use super::line::Line;
use super::matcher::{Parsed, Refusal, parse};
use super::slot::World;
use super::syntax::{self, Fragments, Slot};

struct Here(Interfaces);

impl World for Here {
    fn interfaces(&self) -> &Interfaces {
        &self.0
    }
    fn file_systems(&self) -> &[String] {
        &[]
    }
    fn knows_ap(&self, name: &str) -> bool {
        name == "AP1"
    }
}

struct NoHelp;

impl Lexicon for NoHelp {
    fn word(&mut self, word: &str) -> std::sync::Arc<str> {
        format!("Help of {word}").into()
    }
    fn slot(&mut self, slot: &Slot) -> std::sync::Arc<str> {
        format!("Help of <{}>", slot.name).into()
    }
}

const GRAMMAR: &[&str] = &[
    "show clock [detail]",
    "show interfaces [<interface:interface>] [status|description|switchport]",
    "show inventory",
    "show ip interface brief",
    "show ip route",
    "show vlan [brief]",
    "show vlans",
    "interface <interface:interface>",
    "vlan <vlan:1-4094>",
    "description <text:line>",
    "ip address (dhcp|<address:ipv4> <mask:mask>)",
    "ip address <address:ipv4> <mask:mask> secondary",
    "ipv6 enable",
    "aaa authentication login (default|<list:word>) (group (radius|tacacs+|<group:word>)|local|none)+",
    "monitor {source <s:word>|destination <d:word>|rate <r:1-10>}",
    "ap name <ap:ap> location <location:string>",
    "authentication (pre-share|rsa-sig)",
];

fn graph() -> Graph {
    let mut graph = Graph::default();
    for (index, text) in GRAMMAR.iter().enumerate() {
        let elements = syntax::parse(text, &Fragments::new()).unwrap();
        let accept = Accept {
            target: Target::Command(index as u32),
            form: Form::Set,
        };
        let privilege = if text.starts_with("show") { 1 } else { 15 };
        let taken = graph.add(
            &elements,
            Entry {
                accept,
                privilege,
                hidden: false,
                first: false,
            },
            &mut NoHelp,
        );
        assert_eq!(taken, None, "{text}");
    }
    graph.finish();
    graph
}

/// A line's canonical form, or why it is refused.
fn read(text: &str) -> String {
    read_at(text, 15)
}

fn read_at(text: &str, privilege: u8) -> String {
    let (graph, here) = (graph(), Here(switch()));
    let line = Line::new(text);
    match parse(&graph, &line, &here, privilege) {
        Parsed::Command(matched) => matched.canonical(&graph, &line, &here, 0),
        Parsed::Refused(Refusal::Ambiguous) => "ambiguous".to_string(),
        Parsed::Refused(Refusal::Incomplete) => "incomplete".to_string(),
        Parsed::Refused(Refusal::Invalid(at)) => format!("^{at}"),
    }
}

#[test]
fn keywords_may_be_cut_to_a_unique_prefix() {
    for (typed, meant) in [
        ("sh cl", "show clock"),
        ("SHOW CLOCK det", "show clock detail"),
        ("sh ip int b", "show ip interface brief"),
        ("sh int st", "show interfaces status"),
        (
            "sh int gi 1/0/1 st",
            "show interfaces GigabitEthernet1/0/1 status",
        ),
        ("int vl10", "interface Vlan10"),
        ("desc  two  words ", "description two  words"),
        ("sh vlan", "show vlan"),
        (
            "ip ad 10.1.1.1 255.255.255.0",
            "ip address 10.1.1.1 255.255.255.0",
        ),
        (
            "ip ad 10.1.1.1 255.255.255.0 sec",
            "ip address 10.1.1.1 255.255.255.0 secondary",
        ),
        ("ip add dhcp", "ip address dhcp"),
        (
            "aaa authentication login default group tacacs+ local",
            "aaa authentication login default group tacacs+ local",
        ),
        (
            "aaa auth log VTY gr ISE no",
            "aaa authentication login VTY group ISE none",
        ),
        ("mon rate 5 source a", "monitor rate 5 source a"),
        (
            "ap name AP1 location \"two words\"",
            "ap name AP1 location \"two words\"",
        ),
    ] {
        assert_eq!(read(typed), meant, "{typed}");
    }
}

#[test]
fn ambiguity_is_judged_when_the_whole_line_is_read() {
    assert_eq!(read("sh i"), "ambiguous");
    assert_eq!(read("sh in"), "ambiguous");
    assert_eq!(read("sh i route"), "show ip route");
    assert_eq!(read("sh inv"), "show inventory");
}

#[test]
fn a_line_that_ends_too_early_is_incomplete() {
    for typed in [
        "show ip",
        "interface",
        "ip address 10.1.1.1",
        "aaa authentication login default",
    ] {
        assert_eq!(read(typed), "incomplete", "{typed}");
    }
}

#[test]
fn the_caret_stands_under_the_first_character_that_nothing_can_take() {
    for (typed, caret) in [
        ("interface en0/3", "^10"),
        ("interface gn0/3", "^11"),
        ("show foo", "^5"),
        ("show ip roune", "^11"),
        ("show clock now", "^11"),
        ("vlan 5000", "^5"),
        ("authentication pre-shark", "^23"),
        ("sh ip int gi1/0/1", "^10"),
        ("monitor rate 5 rate 6", "^15"),
        ("ap name AP2 location x", "^8"),
    ] {
        assert_eq!(read(typed), caret, "{typed}");
    }
}

#[test]
fn a_command_above_the_user_s_privilege_does_not_exist() {
    assert_eq!(read_at("vlan 10", 1), "^0");
    assert_eq!(read_at("show clock", 1), "show clock");
}

fn next(text: &str) -> (Vec<String>, bool) {
    match help(&graph(), text, &Here(switch()), 15) {
        Help::Next {
            rows,
            carriage_return,
        } => (
            rows.into_iter().map(|(word, _)| word).collect(),
            carriage_return,
        ),
        other => (vec![format!("{other:?}")], false),
    }
}

#[test]
fn help_lists_what_may_come_next() {
    assert_eq!(next("show vlan "), (vec!["brief".into()], true));
    assert_eq!(next("sh v"), (vec!["vlan".into(), "vlans".into()], false));
    assert_eq!(next("vlan "), (vec!["<1-4094>".into()], false));
    assert_eq!(next("ip address ").0, ["A.B.C.D", "dhcp"]);
    assert_eq!(next("interface g").0, ["GigabitEthernet"]);
    assert_eq!(
        next("monitor rate 5 "),
        (vec!["destination".into(), "source".into()], true)
    );
    assert_eq!(next("bogus ").0, ["Unrecognized"]);
    assert_eq!(next("sh i ").0, ["Ambiguous"]);
}

#[test]
fn tab_completes_only_when_unambiguous() {
    let tab = |text: &str| tab(&graph(), text, &Here(switch()), 15);
    assert_eq!(tab("sh cl").as_deref(), Some("clock"));
    assert_eq!(tab("sh i"), None);
    assert_eq!(tab("show "), None);
}
