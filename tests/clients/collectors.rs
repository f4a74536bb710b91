//! Programs that collect configurations: Oxidized and rancid, by what they send and how they read it.

use crate::python::passes;
use crate::served::Served;

const DEVICES: [&str; 3] = ["edge-1", "fusion-1", "wlc-1"];

#[test]
fn oxidized_collects_a_configuration() {
    let served = Served::shipped("campus.yaml");
    for device in DEVICES {
        passes("oxidized_collects.py", &served, device, &[]);
    }
}

#[test]
fn rancid_runs_its_whole_list_and_leaves() {
    let served = Served::shipped("campus.yaml");
    let everywhere = [
        "show version",
        "show boot",
        "show bootvar",
        "show license udi",
        "show license summary",
        "show flash:",
        "dir /all nvram:",
        "show inventory raw",
        "show inventory",
        "show running-config",
        "write term",
        "more system:running-config",
    ];
    let of_a_switch = [
        "show env all",
        "show vtp status",
        "show vlan",
        "show switch detail",
        "show module",
    ];
    for device in DEVICES {
        let more: &[&str] = if device == "edge-1" {
            &of_a_switch
        } else {
            &[]
        };
        passes(
            "rancid_collects.py",
            &served,
            device,
            &[&everywhere[..], more].concat(),
        );
    }
}
