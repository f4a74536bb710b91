//! Talks to one device: `talk DIR PACK` reads lines from standard input as if they were typed.
#![allow(clippy::print_stdout, clippy::unwrap_used)]
use ::device::pack::Packs;
use ::device::*;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;
fn gather(root: &Path, at: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, files);
        } else if path.parent() != Some(root) {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_string();
            if !(name.contains("/writers/") || name.ends_with("expect.yaml")) {
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
}
fn main() {
    let mut args = std::env::args().skip(1);
    let dir = args.next().unwrap();
    let mut files = BTreeMap::new();
    gather(Path::new(&dir), Path::new(&dir), &mut files);
    let packs = Packs::load(&files).unwrap();
    let platform = packs.platform(&args.next().unwrap(), None).unwrap();
    let facts = Facts {
        name: "sw1".into(),
        address: "127.0.0.1".parse().unwrap(),
        seed: 7,
        credentials: Credentials {
            username: "netadmin".into(),
            password: "C1sco12345".into(),
            enable: "C1sco54321".into(),
        },
        startup: None,
        cables: vec![],
        access_points: vec![],
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let now = SimTime(1_767_603_600_000);
    let mut device = Device::new(platform, facts, now);
    let peer = "10.0.0.1".parse().unwrap();
    println!(
        "login: {:?} door: {:?}",
        device.login("netadmin", "C1sco12345", peer, now),
        device.door()
    );
    let mut out = Vec::new();
    device.open(
        SessionId(1),
        Opening {
            user: "netadmin".into(),
            peer,
            screen: Some(Screen {
                width: 80,
                length: 24,
            }),
            terminal: Some("vt100".into()),
            command: None,
        },
        now,
        &mut out,
    );
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text).unwrap();
    device.input(SessionId(1), &text, now, &mut out);
    for effect in out {
        if let Effect::Write(_, bytes) = effect {
            std::io::stdout().write_all(&bytes).unwrap();
        } else {
            println!("\n[{effect:?}]");
        }
    }
}
