//! `fleet record`: what a device shows is written down, and another device boots from it.

use crate::folder::Folder;
use crate::openssh_exec::answer;
use crate::programs::record;
use crate::served::{ENABLE, Served, UNPRIVILEGED};

/// A running-config without the lines that say when it was changed.
fn running(served: &Served, device: &str) -> String {
    let shown = answer(served, device, "show running-config");
    let lines = shown.lines().filter(|line| !line.starts_with("! "));
    let body: Vec<&str> = lines.skip_while(|line| !line.starts_with('!')).collect();
    body.join("\n")
}

/// A member and a module that the pack's default model hasn't, banners, a certificate's worth of features.
const STACK: &str = "hostname core-x\n\
    username netadmin privilege 15 secret C1sco12345\n\
    switch 1 provision c9300-24p\nswitch 2 provision c9300-48uxm\n\
    vlan 20\n name users\n\
    banner login ^C\nAuthorised use only: #1 rule\n^C\n\
    interface TwoGigabitEthernet2/0/36\n description desk # 36\n switchport access vlan 20\n switchport mode access\n\
    interface HundredGigE3/0/1\n no switchport\n ip address 192.0.2.1 255.255.255.0\n\
    line vty 0 15\n login local\n transport input ssh\nend\n";

#[test]
fn a_recorded_device_boots_as_the_one_that_it_was() {
    let served = Served::edge(STACK);
    let folder = Folder::new("recorded");
    let output = folder.path("");
    let said = record(
        &served,
        "edge-1",
        "",
        &["--output", output.to_str().unwrap()],
    )
    .ends(0);
    assert!(
        said.out.contains("core-x is a catalyst-9300 (C9300-24P)"),
        "{}",
        said.all
    );
    assert!(
        said.out.contains(" 0 of them unknown to the pack"),
        "{}",
        said.all
    );
    let shown = std::fs::read_to_string(folder.path("shows/core-x/show-version.txt")).unwrap();
    assert!(shown.starts_with("Cisco IOS XE Software"), "{shown}");
    let before = running(&served, "edge-1");
    assert!(before.contains("interface HundredGigE3/0/1"), "{before}");
    assert_eq!(running(&Served::written(folder), "core-x"), before);
}

#[test]
fn a_user_who_lands_at_the_lower_prompt_enables_with_the_secret() {
    let served = Served::edge(UNPRIVILEGED);
    let folder = Folder::new("enabled");
    let output = folder.path("");
    let arguments = [
        "--output",
        output.to_str().unwrap(),
        "--show",
        "show clock",
        "--name",
        "copy",
    ];
    record(&served, "edge-1", ENABLE, &arguments).ends(0);
    let topology = std::fs::read_to_string(folder.path("topology.yaml")).unwrap();
    assert!(
        topology.ends_with(
            "  - {name: copy, pack: catalyst-9300, model: C9300-48P, startup: configs/copy.cfg}\n"
        ),
        "{topology}"
    );
    assert!(folder.path("shows/copy/show-clock.txt").exists());
    let wrong = record(&served, "edge-1", "wrong", &arguments).ends(1);
    assert!(
        wrong.all.contains("didn't give privilege level 15"),
        "{}",
        wrong.all
    );
    assert!(
        !wrong.all.contains("wrong"),
        "no secret is told: {}",
        wrong.all
    );
}
