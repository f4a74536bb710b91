//! Replays transcripts of `tests/transcripts/`: a session against a device that is a list of bytes.
//!
//! A file begins with its claim. `@line MODE TEXT` adds a line to the plan, escaped, as deep as blanks stand before
//! it; `@exec TEXT` one for the EXEC prompt; `@answer QUESTION => ANSWER` belongs to the line above. `@platform`,
//! `@no-save`, `@no-echo`, `@set NAME=VALUE`, `@pipelined WINDOW`, `@buffer`, `@continue` say the rest; `@show COMMAND` is run before. Then `D> ` is what the device writes and `C> ` what the session must have sent, escaped as in any
//! transcript; `@tick SECONDS` lets time pass, `@close` ends the connection, `@reset` breaks it, `@interrupt` is Ctrl-C. Lines
//! that begin with `= ` are the outcome. Every file is replayed in chunks of 1, 3 and 4,096 bytes.
//! `BLESS=1 cargo test` writes the outcomes anew.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{Access, Action, Input, LineFate, OnRefused, Reply, Request, Sending, Session};
use crate::inventory::Credentials;
use crate::packs::{PackSource, Packs, Settings};
use crate::plan::{Answer, PlanLine};
use crate::push::{Course, EndState};
use crate::secret::{Mask, Secret};
use crate::session::PushFailure;
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
    let mut failed = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let script = Script::parse(&text);
        let expected: String = text
            .lines()
            .filter(|line| line.starts_with("= "))
            .map(|line| format!("{line}\n"))
            .collect();
        for chunk in CHUNKS {
            let run = || Replay::run(&script, &packs, chunk, &file);
            let Ok(told) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) else {
                failed.push(format!("{} in chunks of {chunk}", file.display()));
                break;
            };
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
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_device_that_writes_without_end_is_left() {
    let packs = Packs::load(&PackSource::embedded()).unwrap();
    let access = access(&Script::parse("@line config x\n"), &packs).0;
    let mut session = Session::new(access, Duration::ZERO);
    let chunk = [b'x'; 32 * 1024];
    let over = (0..64).any(|_| {
        let actions = session.handle(Input::Bytes(&chunk), Duration::ZERO);
        actions
            .iter()
            .any(|action| matches!(action, Action::Send { bytes, .. } if bytes == b"\x03"))
    });
    assert!(over, "nobody stopped it");
    session.handle(Input::Closed("over"), Duration::ZERO);
    let reply = session.take_reply();
    assert!(matches!(
        reply,
        Some(Reply::Failed(super::Cause::Flooded { .. }))
    ));
    let transcript = session.finish();
    assert!(transcript.text().len() < 4 << 20);
}

/// A transcript, parsed.
pub(super) struct Script {
    platform: String,
    save: bool,
    echo: bool,
    settings: Settings,
    sending: Sending,
    on_refused: OnRefused,
    shows: Vec<String>,
    lines: Vec<ScriptLine>,
    steps: Vec<Step>,
}

/// A line of the plan, as a file has it.
struct ScriptLine {
    /// None: it is sent at the EXEC prompt.
    mode: Option<String>,
    depth: usize,
    text: String,
    answers: Vec<(String, String)>,
}

pub(super) enum Step {
    Device(Vec<u8>),
    Client(Vec<u8>),
    Tick(Duration),
    Close,
    Reset,
    Interrupt,
}

impl Script {
    pub(super) fn parse(text: &str) -> Self {
        let mut script = Self {
            platform: "catalyst-9300".into(),
            save: true,
            echo: true,
            settings: Settings::default(),
            sending: Sending::Lockstep,
            on_refused: OnRefused::Stop,
            shows: Vec::new(),
            lines: Vec::new(),
            steps: Vec::new(),
        };
        for line in text.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "@platform" => script.platform = rest.into(),
                "@no-save" => script.save = false,
                "@no-echo" => script.echo = false,
                "@set" => script.settings.add(rest).unwrap(),
                "@pipelined" => {
                    let window = rest.parse().unwrap();
                    script.sending = Sending::Pipelined { window };
                }
                "@buffer" => script.sending = Sending::Buffer,
                "@continue" => script.on_refused = OnRefused::Continue,
                "@show" => script.shows.push(rest.into()),
                "@line" => {
                    let (mode, text) = rest.split_once(' ').unwrap();
                    script.lines.push(ScriptLine::new(Some(mode), text));
                }
                "@exec" => script.lines.push(ScriptLine::new(None, rest)),
                "@answer" => {
                    let (question, answer) = rest.split_once(" => ").unwrap();
                    let answer = String::from_utf8(unescape(answer)).unwrap();
                    let line = script.lines.last_mut().unwrap();
                    line.answers.push((question.into(), answer));
                }
                "D>" => script.steps.push(Step::Device(unescape(rest))),
                "C>" => script.steps.push(Step::Client(unescape(rest))),
                "@tick" => script
                    .steps
                    .push(Step::Tick(Duration::from_secs_f64(rest.parse().unwrap()))),
                "@close" => script.steps.push(Step::Close),
                "@reset" => script.steps.push(Step::Reset),
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

impl ScriptLine {
    fn new(mode: Option<&str>, text: &str) -> Self {
        let text = String::from_utf8(unescape(text)).unwrap();
        Self {
            mode: mode.map(str::to_string),
            depth: text.len() - text.trim_start().len(),
            text: text.trim_start().to_string(),
            answers: Vec::new(),
        }
    }

    fn plan_line(&self, mask: &Mask) -> PlanLine {
        let mode = self.mode.clone().unwrap_or_default();
        let line = PlanLine::new(
            self.text.clone(),
            self.depth,
            mode,
            Arc::from("create Test X"),
            mask,
        );
        let answers = self
            .answers
            .iter()
            .map(|(question, answer)| Answer::new(question, Secret::new(answer)).unwrap());
        let line = line.answering(answers);
        if self.mode.is_none() {
            line.at_exec()
        } else {
            line
        }
    }
}

/// A session and what it has sent so far.
pub(super) struct Replay {
    pub(super) session: Session,
    pub(super) course: Course,
    /// Commands that are run before the course, and what they printed.
    shows: VecDeque<String>,
    told: String,
    pub(super) fates: Vec<LineFate>,
    pub(super) sent: VecDeque<u8>,
    now: Duration,
    pub(super) over: bool,
}

impl Replay {
    pub(super) fn new(script: &Script, packs: &Packs) -> Self {
        let (access, lines) = access(script, packs);
        Self {
            session: Session::new(access, Duration::ZERO),
            course: Course::new(lines, script.sending, script.on_refused, script.save),
            shows: script.shows.iter().cloned().collect(),
            told: String::new(),
            fates: Vec::new(),
            sent: VecDeque::new(),
            now: Duration::ZERO,
            over: false,
        }
    }

    fn run(script: &Script, packs: &Packs, chunk: usize, file: &Path) -> String {
        let mut replay = Self::new(script, packs);
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
        if !over {
            replay.input(Input::Closed("the session was given up"));
        }
        let (outcome, transcript) = (replay.course.outcome(), replay.session.finish());
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
            crate::report::field::text(&failure, None)
                .into_iter()
                .for_each(|text| told.push_str(&format!("= {text}\n")));
        }
        for (line_no, note) in outcome.notes {
            let _ = writeln!(told, "= note on line {line_no}: {note}");
        }
        // In lockstep, all that is worth telling has been told.
        if script.sending != Sending::Lockstep
            || script.on_refused == OnRefused::Continue
            || !script.shows.is_empty()
        {
            told.push_str(&replay.told);
        }
        told
    }

    pub(super) fn step(&mut self, step: &Step, chunk: usize, file: &Path) {
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
            Step::Reset => self.input(Input::Reset("connection reset by peer")),
            Step::Interrupt => self.input(Input::Interrupt),
        }
    }

    pub(super) fn input(&mut self, input: Input<'_>) {
        self.now += Duration::from_millis(1);
        let actions = self.session.handle(input, self.now);
        self.perform(actions);
        while let Some(reply) = self.session.take_reply() {
            self.tell(&reply);
            let show = self
                .session
                .is_ready()
                .then(|| self.shows.pop_front())
                .flatten();
            let show = show.map(|command| Request::Exec {
                command,
                within: Duration::from_secs(60),
                ends: None,
            });
            let reply = if matches!(reply, Reply::Output { .. }) {
                Reply::Ready
            } else {
                reply
            };
            let next = show.or_else(|| self.course.after(reply, self.session.is_ready()));
            let Some(request) = next else {
                return;
            };
            let actions = self.session.request(request, self.now);
            self.perform(actions);
        }
    }

    /// What the course doesn't keep: outputs, and each line's fate.
    fn tell(&mut self, reply: &Reply) {
        match reply {
            Reply::Output { lines } => lines.iter().for_each(|line| {
                let _ = writeln!(self.told, "= | {line}");
            }),
            Reply::Configured(configured) => {
                self.fates.clone_from(&configured.lines);
                let word = |fate: &LineFate| match fate {
                    LineFate::NotSent => "not sent",
                    LineFate::InFlight => "in flight",
                    LineFate::Accepted => "accepted",
                    LineFate::Refused => "refused",
                };
                let fates: Vec<&str> = configured.lines.iter().map(word).collect();
                let _ = writeln!(self.told, "= lines: {}", fates.join(", "));
                for (no, cause) in &configured.refused {
                    let _ = writeln!(self.told, "= passed over line {no}: {cause}");
                }
            }
            _ => {}
        }
    }

    fn perform(&mut self, actions: Vec<Action>) {
        for action in actions {
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

fn access(script: &Script, packs: &Packs) -> (Access, Arc<[PlanLine]>) {
    let credentials = Credentials {
        username: "netadmin".into(),
        password: Secret::new("C1sco12345"),
        enable: Some(Secret::new("C1sco54321")),
    };
    let mask = Mask::new([
        credentials.password.clone(),
        credentials.enable_password().clone(),
    ]);
    let lines = script
        .lines
        .iter()
        .map(|line| line.plan_line(&mask))
        .collect();
    let platform = packs.platform(&script.platform).unwrap();
    let mut expect = platform.expect().with(&script.settings);
    expect.echo = script.echo;
    let access = Access {
        expect: Arc::new(expect),
        credentials,
        mask: Arc::new(mask.clone()),
    };
    (access, lines)
}

/// The lines that these bytes show.
pub(super) fn lines_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

pub(super) fn unescape(text: &str) -> Vec<u8> {
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
