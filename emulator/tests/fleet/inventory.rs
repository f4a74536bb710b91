//! What other programs are told.

use std::path::Path;

use emulator::Topology;
use emulator::inventory::{self, Format, InventoryError};
use emulator::topology::Reach;

const TOPOLOGY: &str = "\
name: t
seed: 7
listen: {address: 127.0.0.1, port: 2201}
credentials: {username: netadmin, password: 'a \"b\", c', enable: e}
devices:
  - {name: edge-1, pack: catalyst-9300, role: edge}
  - {name: r-1, pack: c8000v, credentials: {username: u2}, site: krakow}
";

#[track_caller]
fn check(format: Format, expected: &str) {
    assert_eq!(written(format), expected);
}

fn written(format: Format) -> String {
    written_at(TOPOLOGY, None, format).unwrap()
}

fn written_at(text: &str, host: Option<&str>, format: Format) -> Result<String, InventoryError> {
    let packs = crate::scripted::packs();
    let topology =
        Topology::parse("t.yaml", text, Path::new("."), &packs, Reach::Loopback).unwrap();
    let mut out = vec![];
    inventory::write_at(&topology, host, format, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn another_host_stands_in_every_format_in_place_of_the_address() {
    for format in [
        Format::Table,
        Format::Json,
        Format::Csv,
        Format::SshConfig,
        Format::Ansible,
        Format::Nornir,
        Format::KnownHosts,
    ] {
        let told = written_at(TOPOLOGY, Some("fleet-3.fleet"), format).unwrap();
        assert_eq!(told.matches("fleet-3.fleet").count(), 2, "{told}");
        assert!(!told.contains("127.0.0.1"), "{told}");
    }
    let network = TOPOLOGY.replace("address: 127.0.0.1", "network: 127.20.0.0/16");
    let error = written_at(&network, Some("fleet-3.fleet"), Format::Json).unwrap_err();
    assert!(error.hint().contains("--host"));
}

#[test]
fn json_has_one_object_a_device() {
    let value: serde_json::Value = serde_json::from_str(&written(Format::Json)).unwrap();
    assert_eq!(
        value[0],
        serde_json::json!({
            "name": "edge-1", "host": "127.0.0.1", "port": 2201, "username": "netadmin",
            "password": "a \"b\", c", "enable": "e", "pack": "catalyst-9300",
            "platform": "cisco_xe", "role": "edge", "site": null,
        })
    );
    assert_eq!(value[1]["role"], serde_json::Value::Null);
    assert_eq!(value[1]["username"], "u2");
}

#[test]
fn csv_quotes_what_needs_it() {
    check(
        Format::Csv,
        "name,host,port,username,password,enable,pack,platform,role,site\n\
         edge-1,127.0.0.1,2201,netadmin,\"a \"\"b\"\", c\",e,catalyst-9300,cisco_xe,edge,\n\
         r-1,127.0.0.1,2202,u2,\"a \"\"b\"\", c\",e,c8000v,cisco_xe,,krakow\n",
    );
}

#[test]
fn an_ssh_config_names_each_host() {
    let text = written(Format::SshConfig);
    let host = "Host r-1\n  HostName 127.0.0.1\n  Port 2202\n  User u2\n";
    assert!(text.ends_with(host), "{text}");
}

#[test]
fn ansible_has_a_group_a_role_and_secrets_in_quotes() {
    let text = written(Format::Ansible);
    assert!(
        text.contains("    ansible_network_os: cisco.ios.ios\n"),
        "{text}"
    );
    assert!(
        text.contains("      ansible_password: \"a \\\"b\\\", c\"\n"),
        "{text}"
    );
    assert!(
        text.contains("      pack: \"c8000v\"\n      site: \"krakow\"\n"),
        "{text}"
    );
    assert!(
        text.ends_with("  children:\n    edge:\n      hosts:\n        edge-1:\n"),
        "{text}"
    );
}

#[test]
fn nornir_has_a_secret_for_each_way_to_connect() {
    let text = written(Format::Nornir);
    assert!(
        text.contains("r-1:\n  hostname: \"127.0.0.1\"\n  port: 2202\n"),
        "{text}"
    );
    assert!(text.contains("    site: \"krakow\"\n"), "{text}");
    assert!(
        text.contains("    netmiko:\n      extras: {secret: \"e\"}\n"),
        "{text}"
    );
}

#[test]
fn known_hosts_are_the_same_every_time() {
    let text = written(Format::KnownHosts);
    assert_eq!(text, written(Format::KnownHosts));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].starts_with("[127.0.0.1]:2201 ecdsa-sha2-nistp256 AAAA"),
        "{text}"
    );
}

#[test]
fn the_table_has_no_passwords() {
    let text = written(Format::Table);
    assert!(text.starts_with("NAME    ADDRESS         PACK"), "{text}");
    assert!(!text.contains("a \"b\""));
}
