//! The topologies of many devices, in the program as it is: counts, no times.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::client::{connect, read_to, shell};

/// The topologies, how many devices each has, and the last one's address.
const SCALES: [(&str, usize, [u8; 4]); 4] = [
    ("scale-1000", 1_000, [127, 21, 3, 232]),
    ("scale-10000", 10_000, [127, 22, 39, 16]),
    ("scale-100000", 100_000, [127, 25, 134, 160]),
    ("scale-1000000", 1_000_000, [127, 47, 66, 64]),
];

/// A topology on a port of its own, and the program that serves it.
struct Serving {
    fleet: Child,
    said: Vec<String>,
    port: u16,
    file: PathBuf,
}

impl Serving {
    fn start(name: &str) -> Self {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../topologies");
        let text = std::fs::read_to_string(shipped.join(format!("{name}.yaml"))).unwrap();
        let port = free_port();
        let (before, after) = text.split_once("port: ").unwrap();
        let rest = after.split_once('}').unwrap().1;
        let file = format!("{name}-{}.yaml", std::process::id());
        let file = std::env::temp_dir().join(file);
        std::fs::write(&file, format!("{before}port: {port}}}{rest}")).unwrap();
        let mut fleet = Command::new(env!("CARGO_BIN_EXE_fleet"))
            .arg(&file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = vec![];
        for line in BufReader::new(fleet.stdout.take().unwrap()).lines() {
            said.push(line.unwrap());
            if said.last().is_some_and(|line| line.starts_with("ready: ")) {
                break;
            }
        }
        Self {
            fleet,
            said,
            port,
            file,
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself, and the test has failed.
        _ = self.fleet.kill();
        _ = self.fleet.wait();
        _ = std::fs::remove_file(&self.file);
    }
}

/// A port that nobody has on any address just now.
fn free_port() -> u16 {
    let any = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    any.local_addr().unwrap().port()
}

#[tokio::test]
async fn a_fleet_of_any_size_is_ready_in_a_few_lines_and_its_last_device_answers() {
    for (name, count, last) in SCALES {
        let serving = Serving::start(name);
        let said = &serving.said;
        assert_eq!(said.len(), 5, "a table of two groups, and ready: {said:#?}");
        let ready = format!("ready: {count} devices of {name} on ");
        assert!(said[4].starts_with(&ready), "{said:#?}");
        let address = SocketAddr::from((last, serving.port));
        assert!(said[4].ends_with(&format!("-{address}")), "{said:#?}");
        let mut client = connect(address).await;
        let login = client.authenticate_password("netadmin", "C1sco12345");
        assert!(login.await.unwrap().success());
        let mut channel = shell(&client).await;
        let switches = count - count / 100;
        let prompt = read_to(&mut channel, "#").await;
        assert!(prompt.ends_with(&format!("switch-{switches}#")), "{prompt}");
    }
}

#[test]
fn a_million_devices_are_told_one_by_one() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../topologies");
    let mut fleet = Command::new(env!("CARGO_BIN_EXE_fleet"))
        .arg("inventory")
        .arg(shipped.join("scale-1000000.yaml"))
        .args(["--format", "csv"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(fleet.stdout.take().unwrap()).lines();
    let lines = lines.map(Result::unwrap);
    let (mut count, mut end) = (0, String::new());
    for line in lines {
        (count, end) = (count + 1, line);
    }
    assert!(fleet.wait().unwrap().success());
    assert_eq!(count, 1_000_001);
    assert!(end.starts_with("switch-990000,127.47.66.64,2234,"), "{end}");
}
