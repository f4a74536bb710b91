//! What the fleet writes for other programs, the programmer reads: every format has the same devices.

use std::path::Path;

use emulator::Topology;
use emulator::inventory::{self, Format};
use emulator::topology::Reach;
use programmer::inventory::{Credentials, Device, Inventory, PasswordOverride};
use programmer::packs::{PackSource, Packs};

use crate::folder::Folder;

const TOPOLOGY: &str = "\
name: t
seed: 7
listen: {address: \"::1\", port: 2201}
credentials: {username: netadmin, password: 'a \"b\", c: #1', enable: \"yes\"}
devices:
  - {name: \"edge-{n}\", count: 12, pack: catalyst-9300, role: edge, site: krakow}
  - {name: r-1, pack: c8000v, credentials: {username: \"0123\", password: \"1e3\"}, site: \"Global/Kraków\"}
  - {name: wlc-1, pack: catalyst-9800, role: wlc}
  - {name: ap-1, pack: ap-cos}
";

/// What a format can say of a device.
fn said(device: &Device) -> (&str, String, &str, Option<&str>, Option<&str>, &Credentials) {
    (
        &device.name,
        device.endpoint(),
        &device.pack,
        device.role.as_deref(),
        device.site.as_deref(),
        &device.credentials,
    )
}

#[test]
fn every_format_of_the_fleet_is_read_as_the_topology_it_was_written_of() {
    let folder = Folder::new("inventories");
    let packs = emulator::packs::load(None).unwrap();
    let parsed = Topology::parse("t.yaml", TOPOLOGY, Path::new("."), &packs, Reach::Loopback);
    let topology = parsed.unwrap();
    let none = PasswordOverride::default();
    let expected = Inventory::read("t.yaml", TOPOLOGY, &none).unwrap();
    assert_eq!(expected.devices.len(), 15);
    for (format, file) in [
        (Format::Json, "t.json"),
        (Format::Csv, "t.csv"),
        (Format::Ansible, "ansible.yml"),
        (Format::Nornir, "hosts.yaml"),
        // And by its content alone.
        (Format::Json, "a"),
        (Format::Csv, "b"),
        (Format::Ansible, "c"),
        (Format::Nornir, "d"),
    ] {
        let mut text = vec![];
        inventory::write(&topology, format, &mut text).unwrap();
        let file = folder.write(file, &String::from_utf8(text).unwrap());
        let read = Inventory::read_file(&file, &none);
        let read = read.unwrap_or_else(|mistakes| panic!("{format:?}: {mistakes:?}"));
        let devices = |inventory: &Inventory| -> Vec<_> {
            inventory
                .devices
                .iter()
                .map(|device| format!("{:?}", said(device)))
                .collect()
        };
        assert_eq!(devices(&read), devices(&expected), "{format:?}");
        let secrets = |inventory: &Inventory| -> Vec<_> {
            let all = inventory
                .devices
                .iter()
                .map(|device| device.credentials.clone());
            all.collect()
        };
        assert_eq!(secrets(&read), secrets(&expected), "{format:?}");
    }
}

#[test]
fn a_platform_by_another_programs_name_is_known() {
    let packs = Packs::load(&PackSource::embedded()).unwrap();
    for name in [
        "cisco_xe",
        "cisco_ios",
        "cisco_iosxe",
        "ios",
        "iosxe",
        "cisco.ios.ios",
    ] {
        assert_eq!(packs.platform(name).unwrap().name(), "ios-xe", "{name}");
    }
}
