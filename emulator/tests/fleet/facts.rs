//! What a topology tells each of its devices.

use std::path::Path;

use emulator::topology::Reach;
use emulator::{Topology, facts};

const TOPOLOGY: &str = "\
name: t
seed: 7
listen: {network: 127.9.0.0/24, port: 22}
credentials: {username: u, password: p, enable: e}
devices:
  - {name: wlc-1, pack: c8000v}
  - {name: \"ap-{n}\", count: 2, pack: ap-cos, joins: wlc-1}
links:
  - [wlc-1:gi2, ap-2:GigabitEthernet1]
";

fn of(number: usize) -> device::Facts {
    let packs = crate::scripted::packs();
    let topology = Topology::parse("t.yaml", TOPOLOGY, Path::new("."), &packs, Reach::Loopback);
    let topology = topology.unwrap();
    facts::of_device(&topology, &topology.row(number).unwrap())
}

#[test]
fn a_cable_is_seen_from_both_ends_with_full_port_names() {
    let seen = |number| {
        let cables = of(number).cables;
        let text =
            |c: &device::Cable| format!("{} {} {} {}", c.port, c.device, c.far_port, c.far_address);
        cables.iter().map(text).collect::<Vec<_>>()
    };
    assert_eq!(
        seen(0),
        ["GigabitEthernet2 ap-2 GigabitEthernet1 127.9.0.3"]
    );
    assert_eq!(seen(1), Vec::<String>::new());
    assert_eq!(
        seen(2),
        ["GigabitEthernet1 wlc-1 GigabitEthernet2 127.9.0.1"]
    );
}

#[test]
fn a_controller_knows_the_access_points_that_join_it() {
    let known = of(0).access_points;
    let names: Vec<_> = known
        .iter()
        .map(|ap| format!("{} {}", ap.name, ap.address))
        .collect();
    assert_eq!(names, ["ap-1 127.9.0.2", "ap-2 127.9.0.3"]);
    assert_ne!(known[0].serial, known[1].serial);
    assert_ne!(known[0].mac, known[1].mac);
    assert_eq!(of(0).access_points, known);
    assert!(of(1).access_points.is_empty());
}

#[test]
fn an_access_point_knows_the_controller_that_it_joins() {
    for number in [1, 2] {
        let controller = of(number).controller.unwrap();
        assert_eq!(
            (controller.name.as_str(), controller.address.to_string()),
            ("wlc-1", "127.9.0.1".to_string())
        );
    }
    assert_eq!(of(0).controller, None);
}

#[test]
fn every_device_has_a_seed_of_its_own() {
    assert_ne!(of(1).seed, of(2).seed);
    assert_eq!(of(1).seed, of(1).seed);
}
