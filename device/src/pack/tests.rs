//! Small packs, and what becomes of them.

use std::collections::BTreeMap;

use super::Packs;
use crate::config::{Block, reader};

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
