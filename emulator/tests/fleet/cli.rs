//! The program `fleet`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

/// A topology in a folder of its own, which goes with it.
pub(crate) struct Written(std::path::PathBuf);

impl Written {
    pub(crate) fn new(test: &str, text: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("fleet-{}-{test}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("t.yaml"), text).unwrap();
        Self(folder)
    }

    pub(crate) fn fleet(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleet"));
        command.args(arguments).current_dir(&self.0);
        command
    }

    fn output(&self, arguments: &[&str]) -> Output {
        self.fleet(arguments).output().unwrap()
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

const GOOD: &str = "\
name: t
listen: {address: 127.0.0.1, port: 0}
credentials: {username: u, password: S3cret, enable: e}
devices:
  - {name: r-1, pack: c8000v}
";

#[test]
fn a_mistake_is_told_with_its_place_and_a_hint_and_status_2() {
    let topology = Written::new("mistake", &GOOD.replace("pack", "pakc"));
    for arguments in [&["t.yaml"][..], &["serve", "t.yaml"], &["check", "t.yaml"]] {
        let output = topology.output(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains("error: t.yaml:5:17: unknown key `pakc`\n  hint: did you mean"),
            "{said}"
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_file_that_isnt_there_is_status_2() {
    let topology = Written::new("absent", GOOD);
    let output = topology.output(&["none.yaml"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.starts_with("error: none.yaml: can't be read: No such file"),
        "{said}"
    );
}

#[test]
fn a_port_that_is_taken_is_status_1_with_a_hint() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let topology = Written::new("taken", &GOOD.replace("port: 0", &format!("port: {port}")));
    let output = topology.output(&["t.yaml"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = format!("error: r-1 can't listen at 127.0.0.1:{port}: the port is taken: ");
    assert!(said.contains(&error), "{said}");
    assert!(said.contains("\n\nhint: another program"), "{said}");
}

#[test]
fn it_says_ready_after_the_table_and_ends_cleanly_on_ctrl_c() {
    let topology = Written::new("ready", GOOD);
    for name in ["INT", "TERM"] {
        let mut fleet = topology
            .fleet(&["t.yaml"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(fleet.stdout.take().unwrap()).lines();
        let lines: Vec<_> = lines.map(Result::unwrap).take(4).collect();
        assert!(lines[1].starts_with("r-1   127.0.0.1:"), "{lines:?}");
        assert_eq!(
            lines[3],
            "ready: 1 device of t on 127.0.0.1, ports as above"
        );
        let pid = fleet.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &pid])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(fleet.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn the_packs_are_listed_and_a_folder_of_them_is_checked() {
    let topology = Written::new("packs", GOOD);
    let listed = String::from_utf8(topology.output(&["packs"]).stdout).unwrap();
    assert!(
        listed.lines().any(|line| line.starts_with("c8000v  ")),
        "{listed}"
    );
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../device-packs");
    assert!(
        topology
            .output(&["packs", "check", folder])
            .status
            .success()
    );
    let output = topology.output(&["packs", "check", "nowhere"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_folder_without_a_pack_is_one_mistake_and_is_not_read() {
    let topology = Written::new("no-packs", GOOD);
    std::fs::create_dir(topology.0.join("target")).unwrap();
    std::fs::write(topology.0.join("target/fleet"), [0xff; 64]).unwrap();
    for arguments in [&["packs", "check", "."][..], &["packs", "--packs", "."]] {
        let output = topology.output(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert_eq!(said.matches("error: ").count(), 1, "{said}");
        assert!(
            said.starts_with(
                "error: .: has no pack\n  hint: give a folder that has one folder a pack"
            ),
            "{said}"
        );
    }
    let pack = concat!(env!("CARGO_MANIFEST_DIR"), "/../device-packs/c8000v");
    let said = String::from_utf8(topology.output(&["packs", "check", pack]).stderr).unwrap();
    assert!(
        said.contains("c8000v: is a pack\n  hint: give the folder that it stands in"),
        "{said}"
    );
}

#[test]
fn of_a_pack_only_its_own_files_are_read_and_no_huge_one() {
    let topology = Written::new("strangers", GOOD);
    let write = |path: &str, bytes: &[u8]| {
        let path = topology.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    let check = || {
        let output = topology.output(&["packs", "check", "."]);
        String::from_utf8(output.stderr).unwrap()
    };
    write("c8000v/target/fleet", &[0xff; 64]);
    write("c8000v/show/version.txt", b"");
    write("c8000v/.git/index", &[0xff; 64]);
    write("elsewhere/binary", &[0xff; 64]);
    let said = check();
    for stranger in ["c8000v/target/", "c8000v/show/version.txt"] {
        let error = format!("error: {stranger}: no part of a pack has this name\n");
        assert!(said.contains(&error), "{said}");
    }
    assert_eq!(said.matches("error: ").count(), 2, "{said}");

    write("c8000v/show/huge.j2", &vec![b'x'; (1 << 20) + 1]);
    write("c8000v/show/binary.j2", &[0xff; 64]);
    write("new/grammar/all.yaml", b"");
    let said = check();
    for error in [
        "error: ./c8000v/show/binary.j2: can't be read: it isn't text in UTF-8\n",
        "error: ./c8000v/show/huge.j2: can't be read: it has more than 1 MB",
    ] {
        assert!(said.contains(error), "{said}");
    }
    assert_eq!(said.matches("error: ").count(), 2, "{said}");

    std::fs::remove_dir_all(topology.0.join("c8000v/show")).unwrap();
    let said = check();
    assert!(
        said.starts_with("error: new: there is no pack.yaml"),
        "{said}"
    );
    std::fs::remove_dir_all(topology.0.join("c8000v")).unwrap();
    assert!(check().starts_with("error: .: has no pack\n"));
}

#[test]
fn completions_name_the_commands() {
    let topology = Written::new("completions", GOOD);
    for shell in ["bash", "zsh", "fish"] {
        let output = topology.output(&["completions", shell]);
        assert!(
            String::from_utf8(output.stdout)
                .unwrap()
                .contains("inventory")
        );
    }
}

#[test]
fn an_inventory_of_unknown_ports_is_refused() {
    let topology = Written::new("ports", GOOD);
    let output = topology.output(&["inventory", "t.yaml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
}
