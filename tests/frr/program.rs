//! The program as its user runs it, on real routers: push, push again, change, take back; and no secret anywhere.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use crate::documents::{CREATE, KEYS, MODIFY, document};
use crate::lab::{PASSWORD, Router, USER, router};
use crate::secrecy;

/// A user's desk: an inventory, documents, a journal.
struct Desk {
    directory: PathBuf,
}

impl Desk {
    fn for_routers(name: &str, routers: &[&Router]) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("frr-desk-{name}"));
        _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).unwrap();
        let desk = Self { directory };
        let devices: Vec<String> = routers
            .iter()
            .map(|router| {
                let (name, port) = (router.name(), router.port);
                format!("  - {{name: {name}, host: 127.0.0.1, port: {port}}}\n")
            })
            .collect();
        let defaults = format!("{{username: {USER}, pack: frr}}");
        desk.write(
            "inventory.yaml",
            &format!("defaults: {defaults}\ndevices:\n{}", devices.concat()),
        );
        let known_hosts = std::fs::read(routers[0].known_hosts()).unwrap();
        std::fs::write(desk.directory.join("known_hosts"), known_hosts).unwrap();
        desk
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.directory.join(file), text).unwrap();
    }

    /// Runs the program; its passwords come from the environment.
    #[track_caller]
    fn says(&self, arguments: &[&str], status: i32) -> String {
        let output = self.run(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let all = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}\n{all}");
        for secret in KEYS.iter().chain([&PASSWORD]) {
            assert!(!all.contains(secret), "{all}");
        }
        all
    }

    fn push(&self, document: &str, more: &[&str], status: i32) -> String {
        let push = [
            "push",
            "--topology",
            "inventory.yaml",
            "--known-hosts",
            "known_hosts",
            document,
        ];
        self.says(&[&push, more].concat(), status)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(program())
            .args(arguments)
            .current_dir(&self.directory)
            .env("XDG_STATE_HOME", self.directory.join("state"))
            .env("PROGRAMMER_PASSWORD", PASSWORD)
            .env_remove("PROGRAMMER_JOURNAL")
            .env_remove("PROGRAMMER_KEY_FILE")
            .output()
            .unwrap()
    }

    /// Every file that the program has written, but the documents, has none of the secrets in it.
    fn keeps_secrets(&self) {
        let secrets: Vec<&str> = KEYS.iter().chain([&PASSWORD]).copied().collect();
        let written = ["state", "transcripts"].map(|name| self.directory.join(name));
        let seen: usize = written
            .iter()
            .map(|folder| secrecy::folder_keeps(folder, &secrets))
            .sum();
        assert!(seen > 2, "nothing was written");
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            _ = std::fs::remove_dir_all(&self.directory);
        }
    }
}

/// The program, built beside these tests.
fn program() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "-q", "-p", "programmer", "--bins"]);
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        assert!(cargo.status().unwrap().success());
        let test = std::env::current_exe().unwrap();
        test.ancestors().nth(2).unwrap().join("programmer")
    })
}

#[test]
fn what_is_pushed_twice_is_sent_once_and_can_be_taken_back_step_by_step() {
    let Some(router) = router() else { return };
    let desk = Desk::for_routers("story", &[&router]);
    desk.write("create.yaml", &document(&router.name(), CREATE));
    desk.write("modify.yaml", &document(&router.name(), MODIFY));
    let empty = router.running();

    let told = desk.push("create.yaml", &["--transcript", "transcripts"], 0);
    assert!(told.contains("APPLIED") && told.contains("saved"), "{told}");
    let created = router.running();
    assert!(
        created.contains("neighbor 10.0.0.2 route-map FROM_PEER in"),
        "{created}"
    );
    assert!(
        router
            .saved()
            .contains("neighbor 10.0.0.2 route-map FROM_PEER in")
    );

    let again = desk.push(
        "create.yaml",
        &["--output", "json", "--transcript", "again"],
        0,
    );
    assert!(again.contains("\"state\": \"APPLIED\""), "{again}");
    let transcript = std::fs::read_to_string(
        desk.directory
            .join("again")
            .join(format!("{}.txt", router.name())),
    )
    .unwrap();
    assert!(!transcript.contains("configure terminal"), "{transcript}");

    desk.push("modify.yaml", &["-vv"], 0);
    assert!(
        router
            .running()
            .contains("neighbor 10.0.0.2 description another")
    );
    let told = desk.says(&["undo", "last"], 0);
    assert!(told.contains("ROLLED_BACK"), "{told}");
    assert_eq!(router.running(), created);
    let told = desk.says(&["undo", "1"], 0);
    assert!(told.contains("ROLLED_BACK"), "{told}");
    assert_eq!(router.running(), empty);
    desk.keeps_secrets();
}

#[test]
fn a_router_without_bgpd_is_refused_before_the_first_line_and_pushed_to_when_it_is_back() {
    let Some(router) = router() else { return };
    let desk = Desk::for_routers("bgpd", &[&router]);
    desk.write("create.yaml", &document(&router.name(), CREATE));
    router.signal("bgpd", "KILL");
    let told = desk.push("create.yaml", &[], 1);
    assert!(
        told.contains("NOT_STARTED") && told.contains("is not the whole configuration"),
        "{told}"
    );
    router.start("bgpd");
    desk.push("create.yaml", &[], 0);
    assert!(
        router
            .running()
            .contains("neighbor 10.0.0.2 route-map FROM_PEER in")
    );
}

#[test]
fn of_three_routers_that_go_together_none_keeps_what_one_could_not_have() {
    let (Some(one), Some(two), Some(three)) = (router(), router(), router()) else {
        return;
    };
    let routers = [&one, &two, &three];
    let desk = Desk::for_routers("together", &routers);
    let names = routers.map(Router::name).join(", ");
    desk.write(
        "create.yaml",
        &format!("kind: rfs\ndevices: [{names}]\nfeatures:{CREATE}"),
    );
    let empty = routers.map(Router::running);
    three.signal("bgpd", "KILL");
    let told = desk.push(
        "create.yaml",
        &["--together", "all-or-nothing", "--output", "palerror"],
        1,
    );
    assert!(told.contains("Next step: "), "{told}");
    three.start("bgpd");
    assert_eq!(routers.map(Router::running), empty);
    let told = desk.push("create.yaml", &["--together", "all-or-nothing"], 0);
    assert!(told.contains("3 of 3 devices"), "{told}");
    let is_in = |router: &Router| {
        router
            .running()
            .contains("neighbor 10.0.0.2 route-map FROM_PEER in")
    };
    assert!(routers.iter().all(|router| is_in(router)));
}
