//! The program as a user runs it: what it prints, and its exit status.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::cisco::{Behaviour, Cisco};

pub(crate) const SERVICE: &str = "kind: rfs\ndevice: wlc-1\nfeatures: [{writer: Networkvlan, op: create, key: 20, fields: {name: users}}]\n";

/// The files of one run, in a directory of its own.
pub(crate) struct Run {
    directory: PathBuf,
}

impl Run {
    pub(crate) fn new(name: &str, port: u16, service: &str) -> Self {
        let run = Self {
            directory: crate::directory(name),
        };
        run.write(
            "topology.yaml",
            &format!(
                "name: t\nlisten: {{address: 127.0.0.1, port: {port}}}\n\
             credentials: {{username: netadmin, password: C1sco12345, enable: C1sco54321}}\n\
             devices: [{{name: wlc-1, pack: catalyst-9800, role: wlc}}]\n"
            ),
        );
        run.write("service.yaml", service);
        run
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.directory.join(file)
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        std::fs::write(self.directory.join(file), text).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.directory.join(file)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_programmer"))
            .args(arguments)
            .current_dir(&self.directory)
            .env("XDG_STATE_HOME", self.directory.join("state"))
            .env_remove("PROGRAMMER_PASSWORD")
            .env_remove("PROGRAMMER_ENABLE")
            .output()
            .unwrap()
    }

    pub(crate) async fn push(self, arguments: &'static [&'static str]) -> (Self, Output) {
        let push = [
            "push",
            "--topology",
            "topology.yaml",
            "--known-hosts",
            "known_hosts",
            "service.yaml",
        ];
        self.program(&[&push, arguments].concat()).await
    }

    /// Runs the program while a device of this test answers it.
    pub(crate) async fn program(self, arguments: &[&'static str]) -> (Self, Output) {
        let all = arguments.to_vec();
        tokio::task::spawn_blocking(move || {
            let output = self.command(&all);
            (self, output)
        })
        .await
        .unwrap()
    }
}

#[track_caller]
pub(crate) fn check(output: &Output, status: i32, has: &[&str]) {
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(status), "{told}");
    for text in has {
        assert!(told.contains(text), "no `{text}` in:\n{told}");
    }
    assert!(!told.contains("C1sco"), "{told}");
}

#[test]
fn render_prints_the_lines_and_touches_nothing() {
    let run = Run::new("render", 1, SERVICE);
    let output = run.command(&["render", "--topology", "topology.yaml", "service.yaml"]);
    check(
        &output,
        0,
        &[
            "! wlc-1 (catalyst-9800, wlc) at 127.0.0.1:1: 3 lines\n",
            "\nvlan 20\n name users\n exit\n",
        ],
    );
}

#[test]
fn render_is_told_the_form_of_an_inventory() {
    let run = Run::new("render_format", 1, SERVICE);
    run.write(
        "devices",
        "name,host,platform\nwlc-1,10.1.1.1,catalyst-9800\n",
    );
    let render = ["render", "--inventory", "devices", "service.yaml"];
    let csv = run.command(&[&render[..], &["--inventory-format", "csv"]].concat());
    check(
        &csv,
        0,
        &["! wlc-1 (catalyst-9800) at 10.1.1.1:22: 3 lines\n"],
    );
    let ansible = run.command(&[&render[..], &["--inventory-format", "ansible"]].concat());
    check(&ansible, 2, &["the topology has no device `wlc-1`"]);
}

#[test]
fn bad_input_is_status_2_and_every_file_is_told_of() {
    let run = Run::new("bad_input", 1, "kind: rfs\ndevice: wlc-2\nfeatures: []\n");
    run.write("other.json", "{");
    let output = run.command(&[
        "push",
        "--topology",
        "topology.yaml",
        "service.yaml",
        "other.json",
    ]);
    check(
        &output,
        2,
        &[
            "service.yaml:3:11: `features` is empty",
            "other.json:1:1: ",
            "hint: ",
            "nothing was sent",
        ],
    );
    check(&run.command(&["push", "service.yaml"]), 2, &["--topology"]);
}

#[test]
fn mistakes_of_form_and_of_meaning_are_told_in_one_run() {
    let service = "kind: rfs\ndevice: wlc-2\nfeatures:\n  \
                   - {writer: Networkvlan, op: creat, key: 20}\n---\n\
                   kind: rfs\ndevice: wlc-1\nfeatures:\n  \
                   - {writer: Networkvlan, op: create, key: 20, felds: {name: a}}\n  \
                   - {writer: Networkvlan, op: create, key: 5000, fields: {name: a}}\n";
    let run = Run::new("form_and_meaning", 1, service);
    let output = run.command(&["render", "--topology", "topology.yaml", "service.yaml"]);
    check(
        &output,
        2,
        &[
            "service.yaml:4:31: the op `creat` is unknown",
            "service.yaml:9:48: unknown key `felds`",
            "service.yaml:2:9: the topology has no device `wlc-2`",
            "service.yaml:10:44: `key`: `5000` is not a VLAN",
            "4 mistakes; nothing was sent",
        ],
    );
}

#[test]
fn a_platform_that_takes_writers_says_what_shows_its_configuration() {
    let run = Run::new("packs_without_reads", 1, SERVICE);
    let platform = run.directory.join("packs/catalyst-9800");
    std::fs::create_dir_all(&platform).unwrap();
    let expect = include_str!("../../../device-packs/ios-xe/expect.yaml");
    let expect = expect.replace("takes: []", "takes: [Networkvlan]");
    std::fs::write(platform.join("expect.yaml"), expect).unwrap();
    let writers = platform.join("writers");
    std::fs::create_dir_all(&writers).unwrap();
    let writer = include_str!("../../../device-packs/ios-xe/writers/networkvlan.yaml");
    std::fs::write(writers.join("networkvlan.yaml"), writer).unwrap();
    let render = ["render", "--packs", "packs", "--topology", "topology.yaml"];
    let output = run.command(&[&render[..], &["service.yaml"]].concat());
    check(
        &output,
        2,
        &[
            "nobody says what shows its configuration",
            "add running.yaml",
        ],
    );
}

#[test]
fn a_directory_of_packs_overrides_file_by_file() {
    let run = Run::new("packs", 1, SERVICE);
    let writers = run.directory.join("packs/catalyst-9800/writers");
    std::fs::create_dir_all(&writers).unwrap();
    let writer = "writer: Networkvlan\nabout: x\norder: 1\nkey: {type: vlan, help: x}\n\
                  fields: {name: {type: name, help: x}}\nforms: [{create: \"vlan {{ key }} name {{ name }}\"}]\n";
    std::fs::write(writers.join("networkvlan.yaml"), writer).unwrap();
    let arguments = [
        "render",
        "--packs",
        "packs",
        "--topology",
        "topology.yaml",
        "service.yaml",
    ];
    check(&run.command(&arguments), 0, &["\nvlan 20 name users\n"]);
    std::fs::write(
        writers.join("networkvlan.yaml"),
        writer.replace("type: vlan", "type: vlna"),
    )
    .unwrap();
    check(
        &run.command(&arguments),
        2,
        &["packs/catalyst-9800/writers/networkvlan.yaml:4:13: key.type: unknown variant `vlna`"],
    );
}

#[test]
fn letters_that_a_terminal_would_change_are_refused_or_warned_of_as_the_platform_says() {
    let service = SERVICE.replace("users", "Łódź");
    let run = Run::new("letters", 1, &service);
    let platform = run.directory.join("packs/catalyst-9800");
    std::fs::create_dir_all(&platform).unwrap();
    let says = |letters: &str| {
        let text = format!("letters: {letters}\n");
        std::fs::write(platform.join("running.yaml"), text).unwrap();
        let render = ["render", "--packs", "packs", "--topology", "topology.yaml"];
        run.command(&[&render[..], &["service.yaml"]].concat())
    };
    let refused = [
        "service.yaml:3:12: the line `name Łódź` has letters outside ASCII",
        "hint: catalyst-9800 reads 7 bits; write it without accents",
        "nothing was sent",
    ];
    check(&says("refuse"), 2, &refused);
    let warned = ["warning: wlc-1: line 2 `name Łódź` has letters outside ASCII"];
    check(&says("warn"), 0, &warned);
    let output = says("any");
    check(&output, 0, &["\n name Łódź\n"]);
    assert!(output.stderr.is_empty());
}

#[tokio::test]
async fn a_push_reports_and_writes_a_transcript_without_secrets() {
    let cisco = Cisco::start(Behaviour {
        privileged: false,
        ..Behaviour::default()
    })
    .await;
    let run = Run::new("push", cisco.port, SERVICE);
    let (run, output) = run
        .push(&["--host-keys", "accept-new", "--transcript", "transcripts"])
        .await;
    check(
        &output,
        0,
        &["wlc-1: APPLIED, 3 lines, saved", "1 of 1 devices applied"],
    );
    let transcript = run.read("transcripts/wlc-1.txt");
    assert!(
        transcript.contains("C> ****\\n") && !transcript.contains("C1sco"),
        "{transcript}"
    );
    let (_, output) = run.push(&["--output", "json", "-vv"]).await;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let device = &report["devices"][0];
    assert_eq!(
        (&device["state"], &device["saved"]),
        (&"APPLIED".into(), &true.into())
    );
    check(&output, 0, &["sent=show running-config"]);
}

#[tokio::test]
async fn a_device_that_refuses_the_enable_password_is_status_1() {
    let behaviour = Behaviour {
        privileged: false,
        enable: "another",
        ..Behaviour::default()
    };
    let cisco = Cisco::start(behaviour).await;
    let (_, output) = Run::new("enable", cisco.port, SERVICE)
        .push(&["--host-keys", "off"])
        .await;
    check(
        &output,
        1,
        &[
            "error: Enable password is incorrect for device 127.0.0.1\n",
            "wlc-1: NOT_STARTED, nothing was sent",
        ],
    );
}

#[tokio::test]
async fn a_device_that_refuses_the_first_line_has_nothing_and_is_status_1() {
    let cisco = Cisco::start(Behaviour::default()).await;
    let service = SERVICE.replace("key: 20", "key: 13");
    let (run, output) = Run::new("first_line", cisco.port, &service)
        .push(&["--host-keys", "off"])
        .await;
    check(
        &output,
        1,
        &[
            "refused line 1 `vlan 13`: % Invalid input detected",
            "wlc-1: NOT_STARTED, line 1 of 3 was refused, no line is in",
        ],
    );
    let (_, output) = run.push(&["--host-keys", "off", "--output", "json"]).await;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let device = &report["devices"][0];
    assert_eq!(
        (
            &device["state"],
            &device["lines_accepted"],
            &device["line_in_doubt"]
        ),
        (&"NOT_STARTED".into(), &0.into(), &serde_json::Value::Null)
    );
}

#[tokio::test]
async fn credentials_in_part_are_completed_or_missed_before_anything_is_sent() {
    let cisco = Cisco::start(Behaviour::default()).await;
    let run = Run::new("credentials", cisco.port, SERVICE);
    let topology = |ours: &str| {
        format!(
            "listen: {{address: 127.0.0.1, port: {}}}\ncredentials: {ours}\n\
             devices: [{{name: wlc-1, pack: catalyst-9800, role: wlc, credentials: {{enable: other}}}}]\n",
            cisco.port
        )
    };
    run.write("topology.yaml", &topology("{username: netadmin}"));
    let (run, output) = run.push(&["--host-keys", "off"]).await;
    check(&output, 2, &["topology.yaml: `wlc-1` has no password"]);
    assert!(cisco.heard().is_empty());
    run.write(
        "topology.yaml",
        &topology("{username: netadmin, password: C1sco12345}"),
    );
    let (_, output) = run.push(&["--host-keys", "off"]).await;
    check(&output, 0, &["wlc-1: APPLIED"]);
}

#[test]
fn a_topology_may_listen_on_ipv6() {
    let run = Run::new("ipv6", 1, SERVICE);
    let topology = run.read("topology.yaml");
    run.write("topology.yaml", &topology.replace("127.0.0.1", "\"::1\""));
    let output = run.command(&["render", "--topology", "topology.yaml", "service.yaml"]);
    check(&output, 0, &["at [::1]:1: 3 lines\n"]);
}

#[tokio::test]
async fn a_device_left_with_a_part_is_status_3() {
    let cisco = Cisco::start(Behaviour {
        hangs_up_at: "name users",
        ..Behaviour::default()
    })
    .await;
    let (_, output) = Run::new("part", cisco.port, SERVICE)
        .push(&["--host-keys", "off"])
        .await;
    check(
        &output,
        3,
        &[
            "wlc-1: PARTIAL, 1 of 3 lines is in, nothing is saved",
            "    vlan 20\n",
        ],
    );
}

#[tokio::test]
async fn an_unknown_host_key_is_status_1_and_says_where_keys_come_from() {
    let cisco = Cisco::start(Behaviour::default()).await;
    let (_, output) = Run::new("unknown_key", cisco.port, SERVICE).push(&[]).await;
    check(
        &output,
        1,
        &[
            "is unknown: it shows ssh-ed25519 SHA256:",
            "fleet inventory TOPOLOGY --format known-hosts",
        ],
    );
    assert!(
        cisco.heard().is_empty(),
        "a password went to a device that nobody knows"
    );
}
