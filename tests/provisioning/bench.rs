//! The devices of one case: virtual ones in this process, each with one terminal.

use std::path::Path;
use std::sync::OnceLock;

use device::network::Alone;
use device::pack::Packs;
use device::{
    AccessPoint, Credentials, Device, Effect, Facts, Opening, Screen, SessionId, SimTime,
};
use programmer::packs::Expect;
use programmer::plan::{ANY_MODE, PlanLine};

const SESSION: SessionId = SessionId(1);
/// When every case begins: 09:00:00 UTC on Monday the 5th of January 2026.
const NOW: SimTime = SimTime(1_767_603_600_000);
const PASSWORD: &str = "C1sco12345";
const ENABLE: &str = "C1sco54321";

/// The topology's half that every case shares.
pub(crate) fn topology(devices: &str) -> String {
    format!(
        "name: worked-examples\nseed: 7\nlisten: {{address: 127.0.0.1, port: 24001}}\n\
         credentials: {{username: netadmin, password: {PASSWORD}, enable: {ENABLE}}}\n\
         devices:\n{devices}"
    )
}

/// The emulator's half of the packs, as it stands in the repository.
fn packs() -> &'static Packs {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    PACKS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../device-packs");
        emulator::packs::load(Some(&folder)).unwrap_or_else(|mistakes| {
            let told: Vec<_> = mistakes.iter().map(yaml::Mistake::report).collect();
            panic!("{}", told.join("\n"))
        })
    })
}

/// Whether a platform can be played here: others are real ones.
pub(crate) fn is_known(pack: &str) -> bool {
    packs().platform(pack, None).is_some()
}

/// A virtual device, with somebody at its terminal.
pub(crate) struct Bench {
    device: Device,
}

/// What a device answered a line: the text below the echo, and the prompt.
struct Answer {
    said: String,
    prompt: String,
}

impl Bench {
    /// Boots a device and logs in.
    pub(crate) fn boot(
        name: &str,
        pack: &str,
        model: Option<&str>,
        seed: u64,
        access_points: Vec<AccessPoint>,
    ) -> Result<Self, String> {
        let platform = packs()
            .platform(pack, model)
            .ok_or(format!("no pack is called {pack}"))?;
        let facts = Facts {
            name: name.to_string(),
            address: [10, 10, 0, 1].into(),
            seed,
            credentials: Credentials {
                username: "netadmin".to_string(),
                password: PASSWORD.to_string(),
                enable: ENABLE.to_string(),
            },
            startup: None,
            cables: vec![],
            access_points,
            controller: None,
        };
        let device = Device::new(platform, facts, std::sync::Arc::new(Alone), NOW);
        let mut bench = Self { device };
        let opening = Opening {
            user: "netadmin".to_string(),
            peer: [10, 99, 0, 1].into(),
            screen: Some(Screen {
                width: 0,
                length: 0,
            }),
            terminal: Some("vt100".to_string()),
            command: None,
        };
        let mut out = vec![];
        bench.device.open(SESSION, opening, NOW, &mut out);
        let prompt = text_of(out);
        if !prompt.ends_with('#') {
            return Err(format!("{name} begins with {prompt:?}"));
        }
        Ok(bench)
    }

    /// Types lines in configuration mode, as a person does before the case begins.
    pub(crate) fn configure(&mut self, lines: &str, expect: &Expect) -> Result<(), String> {
        self.ask("configure terminal")?;
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let answer = self.ask(line)?;
            refuses(expect, &answer)?;
        }
        self.ask("end").map(|_| ())
    }

    /// Sends the lines of a plan: each must be taken, say nothing that isn't known to be harmless, and lead to the mode
    /// that its writer names.
    pub(crate) fn push(&mut self, lines: &[PlanLine], expect: &Expect) -> Result<(), String> {
        self.ask(&expect.configure)?;
        for line in lines {
            let about = |what: String| format!("`{}` ({}): {what}", line.text(), line.feature());
            if line.is_exec() {
                self.ask(&expect.unconfigure)?;
                let answer = self.send(line).map_err(about)?;
                refuses(expect, &answer).map_err(about)?;
                self.ask(&expect.configure)?;
                continue;
            }
            let answer = self.send(line).map_err(about)?;
            refuses(expect, &answer).map_err(about)?;
            let shown = expect
                .config
                .captures(answer.prompt.as_bytes())
                .and_then(|found| {
                    Some(String::from_utf8_lossy(found.name("mode")?.as_bytes()).into_owned())
                })
                .ok_or_else(|| about(format!("{:?} is no configuration prompt", answer.prompt)))?;
            if line.mode() != ANY_MODE && !expect.is_mode(line.mode(), &shown) {
                return Err(about(format!(
                    "leads to `{shown}`, the writer says `{}`",
                    line.mode()
                )));
            }
        }
        self.ask(&expect.unconfigure).map(|_| ())
    }

    /// Leaves configuration mode after a failure.
    pub(crate) fn leave(&mut self, expect: &Expect) {
        self.typed("");
        self.typed(&expect.unconfigure);
    }

    /// What a show command prints.
    pub(crate) fn show(&mut self, command: &str) -> Result<String, String> {
        let answer = self.ask(&format!("show {command}"))?;
        if answer.said.starts_with('%') || answer.said.contains("\n%") {
            return Err(format!("`show {command}`: {}", answer.said));
        }
        Ok(answer.said)
    }

    /// What an EXEC command prints.
    pub(crate) fn command(&mut self, command: &str) -> Result<String, String> {
        self.ask(command).map(|answer| answer.said)
    }

    /// The running-configuration, without the lines that say when and how long.
    pub(crate) fn running_config(&mut self) -> Result<String, String> {
        const PASSING: [&str; 5] = [
            "Building configuration",
            "Current configuration",
            "! Last configuration",
            "! No configuration change",
            "! NVRAM config",
        ];
        let text = self.show("running-config")?;
        let stays = |line: &&str| !PASSING.iter().any(|start| line.starts_with(start));
        Ok(text
            .lines()
            .filter(stays)
            .map(|line| format!("{line}\n"))
            .collect())
    }

    /// Sends a line of a plan: its further lines, and its answers to what it is asked, belong to it.
    fn send(&mut self, line: &PlanLine) -> Result<Answer, String> {
        let mut parts = line.text().lines();
        let first = parts.next().unwrap_or_default();
        let mut text = self.typed(first);
        for more in parts {
            let echo = self.typed(more);
            let below = echo
                .strip_prefix(more)
                .ok_or(format!("the echo is another: {echo:?}"))?;
            text = format!("{first}\n{}", below.trim_start_matches('\n'));
        }
        for answer in line.answers() {
            let last = text.lines().last().unwrap_or_default();
            if !answer.question().is_match(last.as_bytes()) {
                return Err(format!(
                    "{last:?} isn't the question `{}`",
                    answer.question()
                ));
            }
            let typed = answer.answer().reveal().trim_end();
            let said = self.typed(typed);
            let below = said.strip_prefix(typed).unwrap_or(&said);
            text = format!("{first}\n{}", below.trim_start_matches('\n'));
        }
        answered(first, &text)
    }

    fn ask(&mut self, line: &str) -> Result<Answer, String> {
        let text = self.typed(line);
        answered(line, &text)
    }

    /// Types a line, and reads what comes.
    fn typed(&mut self, line: &str) -> String {
        let mut out = vec![];
        self.device
            .input(SESSION, format!("{line}\n").as_bytes(), NOW, &mut out);
        text_of(out)
    }
}

/// What stands below the echo of a line, and the prompt below that.
fn answered(line: &str, text: &str) -> Result<Answer, String> {
    let Some(after) = text
        .strip_prefix(line)
        .and_then(|after| after.strip_prefix('\n'))
    else {
        return Err(format!("the echo is another: {text:?}"));
    };
    let cut = after.rfind('\n').map_or(0, |at| at + 1);
    let (said, prompt) = after.split_at(cut);
    if !prompt.ends_with('#') {
        return Err(format!("no prompt came: {after:?}"));
    }
    let (said, prompt) = (said.to_string(), prompt.to_string());
    Ok(Answer { said, prompt })
}

/// Any text between echo and prompt refuses the line, unless the pack knows it as harmless.
fn refuses(expect: &Expect, answer: &Answer) -> Result<(), String> {
    let harmless = |line: &&str| {
        let bytes = line.as_bytes();
        line.trim().is_empty()
            || expect.harmless.is_match(bytes)
            || expect.noise.find(bytes).is_some()
    };
    match answer.said.lines().find(|line| !harmless(line)) {
        None => Ok(()),
        Some(_) => Err(format!("the device says\n{}", answer.said)),
    }
}

fn text_of(effects: Vec<Effect>) -> String {
    let mut bytes = vec![];
    for effect in effects {
        match effect {
            Effect::Write(_, more) => bytes.extend_from_slice(&more),
            Effect::WriteShared(_, more) => bytes.extend_from_slice(&more),
            _ => {}
        }
    }
    String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
}
