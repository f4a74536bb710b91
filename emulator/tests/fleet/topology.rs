//! A topology in, its mistakes out.

use std::path::Path;

use emulator::Topology;
use emulator::topology::Reach;

/// What every case has, so that it shows only what it is about.
const HEAD: &str = "\
name: t
listen: {address: 127.0.0.1, port: 2201}
credentials: {username: u, password: p, enable: e}
";

fn parse(text: &str) -> Result<Topology, String> {
    let packs = crate::scripted::packs();
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fleet"));
    Topology::parse("t.yaml", text, folder, &packs, Reach::Loopback).map_err(|mistakes| {
        let lines: Vec<_> = mistakes.iter().map(yaml::Mistake::report).collect();
        lines.join("\n")
    })
}

/// `text` follows [`HEAD`], and so its first line is line 4.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    check_whole(&format!("{HEAD}{text}"), expected);
}

#[track_caller]
fn check_whole(text: &str, expected: &[&str]) {
    let found = parse(text).expect_err("this topology has a mistake");
    assert_eq!(
        found.lines().collect::<Vec<_>>(),
        expected,
        "{text}\nfound:\n{found}"
    );
}

#[test]
fn an_unknown_key_is_told_with_the_one_that_was_meant() {
    check(
        "devices:\n  - {name: a, pakc: c8000v}\n",
        &[
            "t.yaml:5:5: `pack` is missing",
            "  hint: add `pack: ...`",
            "t.yaml:5:15: unknown key `pakc`",
            "  hint: did you mean `pack`?",
        ],
    );
}

#[test]
fn a_key_that_stands_twice_is_a_mistake() {
    check_whole(
        "name: t\nname: u\nlisten: {address: 127.0.0.1, port: 1}\ndevices:\n  - {name: a, pack: c8000v, credentials: {username: u, password: p, enable: e}}\n",
        &[
            "t.yaml:1:1: the key `name` stands twice",
            "  hint: keep one of them",
        ],
    );
}

#[test]
fn mistakes_in_all_parts_are_told_in_one_run_in_the_order_of_the_file() {
    check_whole(
        "name: a b\nseed: -1\nlisten: {address: 10.0.0.1, port: 70000}\ncredentials: {username: u, password: 5}\ndevices:\n  - {name: under_score, pack: c8000v}\n  - {name: x, pack: c9000}\nlinks:\n  - [x:Gi1]\n  - [y:Gi1, x]\n",
        &[
            "t.yaml:1:7: `a b` is not a name",
            "  hint: use letters, digits, hyphens, dots, e.g. campus",
            "t.yaml:2:7: -1 is out of range",
            "  hint: write a whole number from 0 to 18446744073709551615",
            "t.yaml:3:19: this address can be reached from other machines",
            "  hint: use an address in 127.0.0.0/8, or say --allow-remote if others may log in",
            "t.yaml:3:35: 70000 is out of range",
            "  hint: write a whole number from 0 to 65535",
            "t.yaml:4:38: this should be a text and is the number 5",
            "  hint: put it in quotes",
            "t.yaml:6:12: `under_score` is not a host name",
            "  hint: use letters, digits and hyphens, 63 at most, e.g. edge-1",
            "t.yaml:7:21: unknown pack `c9000`",
            "  hint: did you mean `c8000v`?",
            "t.yaml:9:5: a cable has two ends and this one has 1",
            "  hint: write `[border-1:GigabitEthernet1, edge-1:GigabitEthernet1]`",
            "t.yaml:10:6: unknown device `y`",
            "  hint: did you mean `x`?",
            "t.yaml:10:13: `x` is not a device and a port",
            "  hint: write `device:port`, e.g. edge-1:GigabitEthernet1/0/1",
        ],
    );
}

#[test]
fn a_device_needs_a_user_and_two_passwords_from_somewhere() {
    check_whole(
        "name: t\nlisten: {address: 127.0.0.1, port: 1}\ncredentials: {username: u}\ndevices:\n  - {name: a, pack: c8000v, credentials: {password: p, enable: e}}\n  - {name: b, pack: c8000v}\n",
        &[
            "t.yaml:6:5: this device has no `password` and no `enable`",
            "  hint: add `credentials: {username: ..., password: ..., enable: ...}` to the topology",
        ],
    );
}

#[test]
fn a_name_belongs_to_one_device() {
    check(
        "devices:\n  - {name: \"edge-{n}\", count: 3, pack: catalyst-9300}\n  - {name: edge-2, pack: catalyst-9300}\n",
        &[
            "t.yaml:6:12: the name `edge-2` is taken",
            "  hint: give each device a name of its own",
        ],
    );
}

#[test]
fn a_count_and_its_place_in_the_name_need_each_other() {
    check(
        "devices:\n  - {name: edge, count: 3, pack: catalyst-9300}\n  - {name: \"ap-{n}\", pack: catalyst-9300}\n",
        &[
            "t.yaml:5:12: `count` needs `{n}` in the name",
            "  hint: write `edge-{n}`, or leave `count` out",
            "t.yaml:6:12: `{n}` needs a count",
            "  hint: add `count: 24`, say, or write one name",
        ],
    );
}

#[test]
fn a_cable_leads_from_a_device_to_a_device_and_a_port_takes_one() {
    check(
        "devices:\n  - {name: a, pack: c8000v}\n  - {name: b, pack: c8000v}\nlinks:\n  - [a:GigabitEthernet1, b:GigabitEthernet1]\n  - [a:gi1, c:GigabitEthernet2]\n  - [a:GigabitEthernet9, b:GigabitEthernet3]\n",
        &[
            "t.yaml:9:6: GigabitEthernet1 of a has a cable already",
            "  hint: line 8 uses it; choose another port",
            "t.yaml:9:13: unknown device `c`",
            "  hint: did you mean `a`?",
            "t.yaml:10:6: a is a C8000V and has no port `GigabitEthernet9`",
            "  hint: write a physical port as `show ip interface brief` does, e.g. GigabitEthernet1/0/1",
        ],
    );
}

#[test]
fn what_refers_to_a_device_with_a_mistake_is_not_a_mistake_as_well() {
    check(
        "devices:\n  - {name: a, pack: nonsense}\n  - {name: b, pack: c8000v}\nlinks:\n  - [a:Gi1, b:GigabitEthernet1]\n",
        &[
            "t.yaml:5:21: unknown pack `nonsense`",
            "  hint: `fleet packs` lists them: ap-cos, c8000v, catalyst-9300",
        ],
    );
}

#[test]
fn a_model_is_one_of_its_packs() {
    check(
        "devices:\n  - {name: a, pack: catalyst-9300, model: C9300-99}\n",
        &[
            "t.yaml:5:43: catalyst-9300 has no model `C9300-99`",
            "  hint: its models are C9300-48P, C9300-24P",
        ],
    );
}

#[test]
fn an_access_point_joins_another_device_that_exists() {
    check(
        "devices:\n  - {name: wlc-1, pack: c8000v}\n  - {name: ap-1, pack: c8000v, joins: wlc-2}\n  - {name: ap-2, pack: c8000v, joins: ap-2}\n",
        &[
            "t.yaml:6:39: unknown device `wlc-2`",
            "  hint: did you mean `wlc-1`?",
            "t.yaml:7:39: a device can't join itself",
            "  hint: name a wireless controller",
        ],
    );
}

#[test]
fn a_startup_config_must_be_readable_from_the_topologys_folder() {
    let found = parse(&format!(
        "{HEAD}devices:\n  - {{name: a, pack: c8000v, startup: none.cfg}}\n"
    ));
    let found = found.unwrap_err();
    assert!(found.starts_with("t.yaml:5:38: "), "{found}");
    assert!(
        found.contains("none.cfg can't be read: No such file"),
        "{found}"
    );
}

#[test]
fn devices_need_ports_or_addresses_enough() {
    check_whole(
        "name: t\nlisten: {address: 127.0.0.1, port: 65530}\ncredentials: {username: u, password: p, enable: e}\ndevices:\n  - {name: \"r-{n}\", count: 10, pack: c8000v}\n",
        &[
            "t.yaml:2:36: 10 devices from port 65530 need port 65539",
            "  hint: begin lower, or use `network` for one address a device",
        ],
    );
    check_whole(
        "name: t\nlisten: {network: 127.9.0.0/29, port: 22}\ncredentials: {username: u, password: p, enable: e}\ndevices:\n  - {name: \"r-{n}\", count: 10, pack: c8000v}\n",
        &[
            "t.yaml:2:19: 127.9.0.0/29 has 6 addresses for 10 devices",
            "  hint: use a larger network, e.g. 127.20.0.0/12",
        ],
    );
}

#[test]
fn a_listener_has_one_address_or_one_network() {
    let rest = "credentials: {username: u, password: p, enable: e}\ndevices:\n  - {name: a, pack: c8000v}\n";
    let case = |listen: &str, expected: &[&str]| {
        check_whole(&format!("name: t\nlisten: {listen}\n{rest}"), expected);
    };
    case(
        "{address: 127.0.0.1, network: 127.1.0.0/16, port: 22}",
        &[
            "t.yaml:2:30: `address` and `network` exclude each other",
            "  hint: keep `address` for one port a device, or `network` for one address a device",
        ],
    );
    case(
        "{network: 127.1.2.0/16, port: 22}",
        &[
            "t.yaml:2:19: `127.1.2.0/16` has bits beyond its prefix",
            "  hint: write 127.1.0.0/16",
        ],
    );
    case(
        "{address: localhost, port: 22}",
        &[
            "t.yaml:2:19: `localhost` is not an IP address",
            "  hint: write an address, e.g. 127.0.0.1",
        ],
    );
    case(
        "{port: 22}",
        &[
            "t.yaml:2:9: `listen` has no address and no network",
            "  hint: add `address: 127.0.0.1` or `network: 127.20.0.0/16`",
        ],
    );
    case(
        "{network: 192.168.0.0/16, port: 22}",
        &[
            "t.yaml:2:19: this address can be reached from other machines",
            "  hint: use an address in 127.0.0.0/8, or say --allow-remote if others may log in",
        ],
    );
}

#[test]
fn an_algorithm_is_one_that_the_ssh_library_has() {
    check(
        "ssh: {kex: [curve25519-sha265], host_key: []}\ndevices:\n  - {name: a, pack: c8000v}\n",
        &[
            "t.yaml:4:13: unknown algorithm `curve25519-sha265`",
            "  hint: did you mean `curve25519-sha256`?",
            "t.yaml:4:43: this list is empty",
            "  hint: name an algorithm, or leave the key out",
        ],
    );
}

#[test]
fn faults_are_told_with_their_places() {
    check(
        "devices:\n  - {name: a, pack: c8000v, faults: [{id: x, kind: dribbel}]}\nfaults:\n  \
         - {id: y, kind: latency, delay: 8, when: {sesion: 1}}\n  - {id: z z, kind: reset, when: {line: 0, at: soon}}\n  \
         - {id: l, kind: close, when: {line_matches: '(', probability: 7, command: 2-}}\n  - {kind: network}\n",
        &[
            "t.yaml:5:52: unknown kind of fault `dribbel`",
            "  hint: did you mean `dribble`?",
            "t.yaml:7:35: this should be a time and is the number 8",
            "  hint: write a number and a unit: 250ms, 30s, 5m, 1h",
            "t.yaml:7:45: unknown key `sesion`",
            "  hint: did you mean `session`?",
            "t.yaml:8:10: `z z` is not an id",
            "  hint: use letters, digits, hyphens, dots, at most 64",
            "t.yaml:8:41: 0 is out of range",
            "  hint: write a whole number from 1 to 18446744073709551615",
            "t.yaml:8:48: this should be a time and is `soon`",
            "  hint: write a number and a unit: 250ms, 30s, 5m, 1h",
            "t.yaml:9:47: `(` is not a pattern: error: unclosed group",
            "  hint: write a regular expression, e.g. ^router bgp",
            "t.yaml:9:65: this should be a probability and is the number 7",
            "  hint: write a number from 0 to 1, e.g. 0.25",
            "t.yaml:9:77: `2-` is not a place in a count",
            "  hint: write 3, or 3+ for the third and all after it",
            "t.yaml:10:5: `id` is missing",
            "  hint: add `id: ...`",
            "t.yaml:10:5: `profile` is missing",
            "  hint: add `profile: ...`",
        ],
    );
}

#[test]
fn two_faults_have_no_id_in_common() {
    check(
        "devices:\n  - {name: a, pack: c8000v, faults: [{id: x, kind: refuse}]}\nfaults: [{id: x, kind: close}]\n",
        &[
            "t.yaml:5:43: the id `x` is taken",
            "  hint: give each fault an id of its own",
        ],
    );
}

#[test]
fn a_file_that_is_no_topology_at_all_is_told_so() {
    check_whole(
        "- a\n- b\n",
        &[
            "t.yaml:1:1: this should be a mapping and is a list",
            "  hint: write `key: value` lines; the keys are name, seed, listen, credentials, ssh, devices, links, faults",
        ],
    );
    assert!(parse("name: [\n").unwrap_err().starts_with("t.yaml:"));
    assert!(parse("").unwrap_err().starts_with("t.yaml"));
}

#[test]
fn names_and_addresses_count_from_the_first() {
    let topology = parse(
        "name: t\nlisten: {network: 127.9.0.0/16, port: 22}\ncredentials: {username: u, password: p, enable: e}\ndevices:\n  - {name: b, pack: c8000v}\n  - {name: \"e-{n}\", count: 300, pack: c8000v}\n  - {name: z, pack: c8000v}\n",
    )
    .unwrap();
    let row = |number| {
        let row = topology.row(number).unwrap();
        format!("{} {}", row.name, row.address)
    };
    assert_eq!(row(0), "b 127.9.0.1:22");
    assert_eq!(row(1), "e-1 127.9.0.2:22");
    assert_eq!(row(300), "e-300 127.9.1.45:22");
    assert_eq!(row(301), "z 127.9.1.46:22");
    assert!(topology.row(302).is_none());
}

#[test]
fn the_topologies_of_this_project_have_no_mistake() {
    let packs = emulator::packs::load(None).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../topologies");
    for folder in [root.clone(), root.join("failures")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path
                .extension()
                .is_some_and(|extension| extension == "yaml")
            {
                Topology::read(&path, &packs, Reach::Loopback).unwrap();
            }
        }
    }
}
