//! What a client sees of each fault: transcripts on virtual time, played with the keys in pieces of 1, 3 and 4,096 bytes.
//!
//! A file tells one claim: `#` lines, then steps. `fault RULE` puts a rule into the topology. `« »` is typed, with Enter. Other steps
//! begin with `@`: `connect` (and `connect wrong`, with a wrong password), `wait 30s`, `config TEXT` and `startup TEXT` (the lines
//! of the device's true configuration that contain the text), `add RULE`, `remove ID`, `hang-up`, `send TEXT` (without Enter).
//! Everything else is what is seen: a line end is CR LF, other control characters are escaped, and `[+5s]` says that nothing
//! came for so long. `BLESS=1` writes what is seen into the files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on fails"
)]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use device::SimTime;
use device::pack::Packs;
use emulator::faults::catalogue;
use emulator::topology::{Reach, Topology};
use emulator::wire::{Heard, Refusal, Wire, Wired};
use emulator::{Clock, Settings};
use tokio::time::Instant;

/// 09:00:00 UTC on Monday the 5th of January 2026.
const BEGINNING: SimTime = SimTime(1_767_603_600_000);

/// Whoever says nothing for so long has nothing to say.
const QUIET: Duration = Duration::from_secs(120);

/// A file that says so is played with whole lines only: each piece of an echo has a jitter of its own.
const WHOLE: &str = "# Played with whole lines.";

/// A pause shorter than this isn't told.
const TOLD: Duration = Duration::from_millis(20);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults")
}

fn packs() -> &'static Packs {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    PACKS.get_or_init(|| emulator::packs::load(None).unwrap_or_else(|_| panic!("packs")))
}

fn wired(rules: &[&str]) -> Wired {
    let faults: String = rules.iter().map(|rule| format!("  - {rule}\n")).collect();
    let faults = if faults.is_empty() {
        faults
    } else {
        format!("faults:\n{faults}")
    };
    let text = format!(
        "name: t\nseed: 3\nlisten: {{address: 127.0.0.1, port: 0}}\n\
         credentials: {{username: admin, password: right, enable: secret}}\n\
         devices: [{{name: sw, pack: catalyst-9300}}]\n{faults}"
    );
    let read = Topology::parse("t.yaml", &text, Path::new("."), packs(), Reach::Loopback);
    let topology = read.unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    let settings = Settings {
        clock: Clock::starting(BEGINNING),
        ..Settings::default()
    };
    Wired::new(topology, settings)
}

/// Bytes as a file shows them.
fn visible(bytes: &[u8]) -> String {
    let mut out = String::new();
    let mut rest = bytes;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\r' if after.first() == Some(&b'\n') => {
                out.push('\n');
                rest = &after[1..];
            }
            b' ' if after.is_empty() || after.starts_with(b"\r\n") => out.push('␠'),
            b' '..=b'~' => out.push(char::from(*byte)),
            other => out.push_str(&format!("\\x{other:02x}")),
        }
    }
    out
}

struct Client {
    wired: Wired,
    wire: Option<Wire>,
    piece: usize,
    seen: String,
}

impl Client {
    /// Listens until nobody has anything to say; pauses are told.
    async fn listen(&mut self) {
        let Some(wire) = &self.wire else { return };
        let mut bytes = vec![];
        let mut since = Instant::now();
        loop {
            let heard = tokio::time::timeout(QUIET, wire.read()).await;
            let pause = since.elapsed();
            since = Instant::now();
            let end = match heard {
                Ok(Heard::Bytes(more)) => {
                    if pause >= TOLD {
                        self.seen.push_str(&visible(&bytes));
                        bytes.clear();
                        self.seen.push_str(&format!("[+{pause:?}]"));
                    }
                    bytes.extend_from_slice(&more);
                    continue;
                }
                Ok(Heard::Closed) => "[closed]".to_string(),
                Ok(Heard::Reset) => "[reset]".to_string(),
                Ok(Heard::Disconnected(reason)) => format!("[disconnected: {reason}]"),
                Err(_) => String::new(),
            };
            self.seen.push_str(&visible(&bytes));
            self.seen.push_str(&end);
            if !end.is_empty() {
                self.wire = None;
            }
            return;
        }
    }

    async fn types(&mut self, text: &[u8]) {
        let Some(wire) = &self.wire else {
            return self.seen.push_str("[no session]");
        };
        for piece in text.chunks(self.piece) {
            if !wire.write(piece.to_vec()).await {
                self.seen.push_str("[write failed]");
                break;
            }
        }
        self.listen().await;
    }

    async fn connect(&mut self, password: &str) {
        let began = Instant::now();
        let connecting = self.wired.knock("sw");
        let opened = match tokio::time::timeout(QUIET, connecting).await {
            Err(_) => return self.seen.push_str("[silence]"),
            Ok(Err(refusal)) => Err(refusal),
            Ok(Ok(door)) => {
                if door.host_key > 0 {
                    self.seen.push_str(&format!("[host key {}]", door.host_key));
                }
                if door.keyboard_only {
                    self.seen.push_str("[keyboard-interactive only]");
                }
                door.log_in("admin", password).await
            }
        };
        let took = began.elapsed();
        if took >= TOLD {
            self.seen.push_str(&format!("[+{took:?}]"));
        }
        match opened {
            Ok(wire) => self.wire = Some(wire),
            Err(Refusal::Refused) => self.seen.push_str("[refused]"),
            Err(refusal) => self.seen.push_str(&format!("[{refusal}]")),
        }
        self.listen().await;
    }

    async fn configuration(&mut self, wanted: &str, saved: bool) {
        let report = self.wired.look("sw").await.expect("the device is there");
        let text = if saved {
            report.startup.unwrap_or_default()
        } else {
            report.running
        };
        for line in text.lines().filter(|line| line.contains(wanted)) {
            self.seen.push_str(&format!("  {line}\n"));
        }
    }

    async fn step(&mut self, step: &str) {
        if let Some(typed) = step
            .strip_prefix('«')
            .and_then(|step| step.strip_suffix('»'))
        {
            return self.types(format!("{typed}\r").as_bytes()).await;
        }
        let step = step.strip_prefix('@').unwrap_or(step).trim_start();
        let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
        match verb {
            "connect" if rest == "wrong" => self.connect("wrong").await,
            "connect" => self.connect("right").await,
            "wait" => tokio::time::sleep(seconds(rest)).await,
            "config" => self.configuration(rest, false).await,
            "startup" => self.configuration(rest, true).await,
            "add" => self
                .wired
                .add_fault(rest, None)
                .await
                .unwrap_or_else(|m| panic!("{m:?}")),
            "remove" => self.wired.remove_fault(rest).await.expect("it is there"),
            "hang-up" => {
                self.wire = None;
                tokio::task::yield_now().await;
            }
            "send" => self.types(rest.as_bytes()).await,
            other => panic!("no step is called {other}"),
        }
        if !matches!(verb, "connect" | "hang-up") {
            self.listen().await;
        }
    }
}

fn seconds(text: &str) -> Duration {
    Duration::from_secs(text.trim_end_matches('s').parse().unwrap())
}

/// Plays a file; what it should say.
fn play(text: &str, piece: usize) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let rules: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("fault "))
            .collect();
        let mut client = Client {
            wired: wired(&rules),
            wire: None,
            piece,
            seen: String::new(),
        };
        let head = text
            .lines()
            .take_while(|line| line.starts_with('#') || line.starts_with("fault "));
        let mut out: String = head.map(|line| format!("{line}\n")).collect();
        let steps = text
            .lines()
            .filter(|line| line.starts_with('@') || line.starts_with('«'));
        for step in steps {
            client.step(step).await;
            let seen = std::mem::take(&mut client.seen);
            out.push_str(&format!("{step}\n{seen}"));
            if !seen.is_empty() && !seen.ends_with('\n') {
                out.push('\n');
            }
        }
        out
    })
}

#[test]
fn each_fault_looks_as_its_transcript_says_however_the_keys_are_cut() {
    let bless = std::env::var_os("BLESS").is_some();
    let only = std::env::var("ONLY").ok();
    let mut wrong = vec![];
    for entry in std::fs::read_dir(folder()).unwrap().flatten() {
        let path = entry.path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let whole = play(&text, 4096);
        if bless {
            std::fs::write(&path, &whole).unwrap();
        }
        let pieces: &[usize] = if text.contains(WHOLE) {
            &[4096]
        } else {
            &[4096, 1, 3]
        };
        for &piece in pieces {
            let played = play(&text, piece);
            let expected = if bless { &whole } else { &text };
            if played != *expected {
                wrong.push(format!(
                    "{name}, in pieces of {piece}:\n{played}\nexpected:\n{expected}"
                ));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn each_fault_of_the_catalogue_has_a_transcript() {
    let missing = catalogue::all().filter(|entry| {
        let file = folder().join(format!("{}.txt", entry.name));
        let text = std::fs::read_to_string(file).unwrap_or_default();
        !text.contains(&format!("kind: {}", entry.name))
    });
    let missing: Vec<_> = missing.map(|entry| entry.name).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn each_example_of_the_catalogue_is_a_rule() {
    for entry in catalogue::all() {
        assert!(
            entry.example.contains(&format!("kind: {}", entry.name)),
            "{}",
            entry.example
        );
        wired_once(entry.example);
    }
}

fn wired_once(rule: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        wired(&[rule]);
    });
}

#[test]
fn the_readme_of_the_failures_tells_the_catalogue_and_every_topology() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../topologies/failures");
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    assert!(
        readme.ends_with(&catalogue::markdown()),
        "write what `fleet faults --format markdown` says at the end of topologies/failures/README.md"
    );
    for entry in std::fs::read_dir(&folder).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let row = format!("| `{name}` |");
        assert!(
            !name.ends_with(".yaml") || readme.contains(&row),
            "{name} has no row"
        );
    }
}
