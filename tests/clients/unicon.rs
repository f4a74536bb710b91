//! pyATS: unicon's connections, and genie, which learns what a device is.

use crate::python::Script;
use crate::served::Served;

/// What genie learns of a router or a switch.
const FEATURES: [&str; 6] = ["interface", "vlan", "arp", "routing", "platform", "config"];

#[test]
fn unicon_works_on_every_kind_of_device_and_reloads_one() {
    let served = Served::shipped("campus.yaml");
    let works = |device: &str, testbed: &[&str], features: &[&str]| {
        let arguments = [testbed, features].concat();
        Script::starts("unicon_works.py", &served, device, &arguments)
    };
    // unicon waits a lot, so each runs beside the others.
    let all = [
        works("fusion-1", &["iosxe", "c8kv", "", ""], &FEATURES),
        works("edge-1", &["iosxe", "cat9k", "c9300", ""], &FEATURES),
        works("wlc-1", &["iosxe", "cat9k", "c9800", "wlc-1"], &["config"]),
        works("ap-1", &["cheetah", "ap", "", ""], &[]),
        Script::starts("unicon_reloads.py", &served, "edge-2", &["cat9k", "c9300"]),
    ];
    all.into_iter().for_each(Script::ends_well);
}
