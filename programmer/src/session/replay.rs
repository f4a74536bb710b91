//! Replays transcripts of `tests/transcripts/`: a session against a device that is a list of bytes.
//!
//! A file begins with its claim. `@line MODE TEXT` adds a line to the plan; `@platform`, `@no-save` say the
//! rest. Then `D> ` is what the device writes and `C> ` what the session must have sent, escaped as in any
//! transcript; `@tick SECONDS` lets time pass, `@close` ends the connection, `@interrupt` is Ctrl-C. Lines
//! that begin with `= ` are the outcome. Every file is replayed in chunks of 1, 3 and 4,096 bytes.
//! `BLESS=1 cargo test` writes the outcomes anew.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{Action, EndState, Input, Job, Session};
use crate::packs::{PackSource, Packs};
use crate::plan::PlanLine;
use crate::secret::{Mask, Secret};
use crate::session::PushFailure;
use crate::topology::Credentials;
use crate::visible::visible;

const CHUNKS: [usize; 3] = [1, 3, 4096];

#[test]
fn every_transcript_ends_as_it_says_at_every_chunk_size() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() > 10, "the transcripts are gone");
    let packs = Packs::load(&PackSource::embedded()).unwrap();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let script = Script::parse(&text);
        let expected: String = text
            .lines()
            .filter(|line| line.starts_with("= "))
            .map(|line| format!("{line}\n"))
            .collect();
        for chunk in CHUNKS {
            let told = Replay::run(&script, &packs, chunk, &file);
            if std::env::var_os("BLESS").is_some() {
                let kept: Vec<&str> = text
                    .lines()
                    .filter(|line| !line.starts_with("= "))
                    .collect();
                std::fs::write(&file, format!("{}\n{told}", kept.join("\n").trim_end())).unwrap();
            } else {
                assert_eq!(told, expected, "{} in chunks of {chunk}", file.display());
            }
        }
    }
}

/// A transcript, parsed.
struct Script {
    platform: String,
    save: bool,
    lines: Vec<(String, String)>,
    steps: Vec<Step>,
}

enum Step {
    Device(Vec<u8>),
    Client(Vec<u8>),
    Tick(Duration),
    Close,
    Interrupt,
}

impl Script {
    fn parse(text: &str) -> Self {
        let mut script = Self {
            platform: "catalyst-9300".into(),
            save: true,
            lines: Vec::new(),
            steps: Vec::new(),
        };
        for line in text.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "@platform" => script.platform = rest.into(),
                "@no-save" => script.save = false,
                "@line" => {
                    let (mode, text) = rest.split_once(' ').unwrap();
                    script.lines.push((mode.into(), text.into()));
                }
                "D>" => script.steps.push(Step::Device(unescape(rest))),
                "C>" => script.steps.push(Step::Client(unescape(rest))),
                "@tick" => script
                    .steps
                    .push(Step::Tick(Duration::from_secs_f64(rest.parse().unwrap()))),
                "@close" => script.steps.push(Step::Close),
                "@interrupt" => script.steps.push(Step::Interrupt),
                _ => assert!(
                    line.is_empty() || line.starts_with(['#', '=']),
                    "what is `{line}`?"
                ),
            }
        }
        script
    }
}

/// A session and what it has sent so far.
struct Replay {
    session: Session,
    sent: VecDeque<u8>,
    now: Duration,
    over: bool,
}

impl Replay {
    fn run(script: &Script, packs: &Packs, chunk: usize, file: &Path) -> String {
        let session = Session::new(job(script, packs), Duration::ZERO);
        let mut replay = Self {
            session,
            sent: VecDeque::new(),
            now: Duration::ZERO,
            over: false,
        };
        for step in &script.steps {
            replay.step(step, chunk, file);
        }
        assert!(
            replay.sent.is_empty(),
            "{}: also sent {:?}",
            file.display(),
            replay.sent_text()
        );
        let over = replay.over;
        let (outcome, transcript) = replay.session.finish();
        assert!(
            !transcript.text().contains("C1sco"),
            "{}: a secret is shown",
            file.display()
        );
        let mut told = format!("= {}", outcome.state.name());
        if outcome.state == (EndState::Applied { saved: false }) {
            told.push_str(" unsaved");
        }
        let _ = write!(told, ", {} accepted", outcome.accepted);
        if let Some(line_no) = outcome.in_doubt {
            let _ = write!(told, ", {line_no} in doubt");
        }
        told.push_str(if over {
            ", session over\n"
        } else {
            ", session open\n"
        });
        if let Some(cause) = outcome.cause {
            let (device, host) = ("edge-1".to_string(), "10.10.0.21".to_string());
            let failure = PushFailure {
                device,
                host,
                cause,
            };
            let _ = writeln!(told, "= {failure}");
            failure
                .field_text()
                .into_iter()
                .for_each(|text| told.push_str(&format!("= {text}\n")));
        }
        for (line_no, note) in outcome.notes {
            let _ = writeln!(told, "= note on line {line_no}: {note}");
        }
        told
    }

    fn step(&mut self, step: &Step, chunk: usize, file: &Path) {
        match step {
            Step::Device(bytes) => bytes
                .chunks(chunk)
                .for_each(|bytes| self.input(Input::Bytes(bytes))),
            Step::Client(bytes) => {
                let sent: Vec<u8> = self
                    .sent
                    .drain(..bytes.len().min(self.sent.len()))
                    .collect();
                assert_eq!(
                    visible(&sent),
                    visible(bytes),
                    "{} in chunks of {chunk}",
                    file.display()
                );
            }
            Step::Tick(time) => {
                self.now += *time;
                self.input(Input::Tick);
            }
            Step::Close => self.input(Input::Closed("the device ended it")),
            Step::Interrupt => self.input(Input::Interrupt),
        }
    }

    fn input(&mut self, input: Input<'_>) {
        self.now += Duration::from_millis(1);
        for action in self.session.handle(input, self.now) {
            match action {
                Action::Send { bytes, .. } => self.sent.extend(bytes),
                Action::Close => self.over = true,
                Action::WakeAt(at) => assert!(at > Duration::ZERO),
            }
        }
    }

    fn sent_text(&self) -> String {
        visible(&self.sent.iter().copied().collect::<Vec<u8>>())
    }
}

fn job(script: &Script, packs: &Packs) -> Job {
    let credentials = Credentials {
        username: "netadmin".into(),
        password: Secret::new("C1sco12345"),
        enable: Some(Secret::new("C1sco54321")),
    };
    let mask = Mask::new([
        credentials.password.clone(),
        credentials.enable_password().clone(),
    ]);
    let line = |(mode, text): &(String, String)| {
        PlanLine::new(
            text.clone(),
            0,
            mode.clone(),
            Arc::from("create Test X"),
            &mask,
        )
    };
    Job {
        expect: Arc::clone(packs.platform(&script.platform).unwrap().expect()),
        lines: script.lines.iter().map(line).collect(),
        save: script.save,
        credentials,
        mask: Arc::new(mask.clone()),
    }
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes().iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(b'r') => bytes.push(b'\r'),
            Some(b'n') => bytes.push(b'\n'),
            Some(b'x') => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            }
            other => bytes.extend(other),
        }
    }
    bytes
}
