//! The named effects of EXEC commands. Each returns what it prints through pipe and pager, if it prints so.

use super::dialogue::{Question, Source, Target, flash};
use super::exec::{Ready, Values, file_name, value};
use super::{Reads, Session};
use crate::SimTime;
use crate::config::text::{self, Detail};
use crate::config::{KIND, Rank, Statement};
use crate::pack::ExecEffect;
use crate::state::State;
use crate::terminal::Mask;
use crate::views::{Zone, stamp};

/// Three wrong enable secrets end the dialogue (ios-xe-behaviour §2.3).
const ENABLE_TRIES: u8 = 3;

/// The size of a terminal that nobody has set (ios-xe-behaviour §1.4).
const LENGTH: u16 = 24;
const WIDTH: u16 = 80;

impl Session {
    pub(super) fn effect(
        &mut self,
        state: &mut State,
        effect: ExecEffect,
        ready: &Ready,
        now: SimTime,
    ) -> Option<String> {
        let values = &ready.values;
        match effect {
            ExecEffect::Configure if ready.says("terminal") => {
                self.enter_configuration(state, ready.says("lock"));
            }
            ExecEffect::Configure => self.ask(state, Question::ConfigureFrom),
            ExecEffect::Enable => self.enable(state, values),
            ExecEffect::Disable => {
                self.privilege = number(values, "level").unwrap_or(1).min(self.privilege)
            }
            ExecEffect::Exit => self.reads = Reads::Closed,
            ExecEffect::Help => self.say(super::help::ABOUT),
            ExecEffect::Reload => self.reload(state, ready),
            ExecEffect::Write => return self.write(state, values, now),
            ExecEffect::Copy => self.start_copy(state, values, now),
            ExecEffect::Delete => self.delete(state, values),
            ExecEffect::Erase => self.ask(state, Question::Erase),
            ExecEffect::Dir => return Some(dir(state, values, now)),
            ExecEffect::More => return Some(more(state, values, now)),
            ExecEffect::RunningConfig => return Some(running(state, values, now)),
            ExecEffect::StartupConfig => return Some(startup(state)),
            ExecEffect::Terminal => self.set_terminal(ready),
            ExecEffect::ClearLine => self.clear_line(state, values),
            ExecEffect::ClearLogging => state.log.clear(),
            ExecEffect::Ping => return Some(ping(state, values)),
            ExecEffect::ApRename => rename(state, values),
            ExecEffect::SendLog => {
                let text = value(values, "text").unwrap_or_default();
                let severity = value(values, "severity").unwrap_or("7");
                let user = &self.user;
                state.log(now, &format!("%SYS-{severity}-USERLOG_DEBUG: Message from tty{}(user id: {user}): {text}", self.vty));
            }
            ExecEffect::End | ExecEffect::Do | ExecEffect::ClockSet => {}
        }
        None
    }

    fn enable(&mut self, state: &State, values: &Values) {
        let level = number(values, "level").unwrap_or(15);
        if self.privilege >= level {
            self.privilege = level;
            return;
        }
        let secured = state.has("enable secret") || state.has("enable password");
        match (secured, state.has("aaa new-model")) {
            (true, _) => self.ask_password(level, 1),
            (false, true) => self.say("% Error in authentication.\n\n"),
            (false, false) => self.say("% No password set\n"),
        }
    }

    fn ask_password(&mut self, level: u8, tries: u8) {
        self.say("Password: ");
        self.editor.start_hidden();
        self.reads = Reads::Password { level, tries };
    }

    /// An enable secret was given.
    pub(super) fn password(
        &mut self,
        state: &mut State,
        given: &str,
        level: u8,
        tries: u8,
        _now: SimTime,
    ) {
        self.reads = Reads::Command;
        let stored = state
            .get("enable secret")
            .or_else(|| state.get("enable password"));
        let right = stored.is_some_and(|s| state.vault.opens(&s.line, given));
        if right {
            self.privilege = level;
        } else if state.has("aaa new-model") {
            self.say("% Access denied\n\n");
        } else if tries < ENABLE_TRIES {
            return self.ask_password(level, tries + 1);
        } else if state.has("enable secret") {
            self.say("% Bad secrets\n\n");
        } else {
            self.say("% Bad passwords\n\n");
        }
        self.prompt(state);
    }

    fn reload(&mut self, state: &State, ready: &Ready) {
        if ready.says("cancel") {
            return self.say("%No reload is scheduled.\n");
        }
        if ready.says("erase") {
            return self.ask(state, Question::EraseAccessPoint);
        }
        if state.unsaved() {
            self.say("\n");
            return self.ask(state, Question::SaveFirst);
        }
        self.ask(state, Question::Reload);
    }

    fn write(&mut self, state: &mut State, values: &Values, now: SimTime) -> Option<String> {
        match value(values, "action") {
            Some("terminal") => return Some(running(state, &Values::new(), now)),
            Some("erase") => self.ask(state, Question::Erase),
            _ => {
                state.save(now);
                let wait = state.platform.timing().save_ms;
                if wait == 0 {
                    self.say("Building configuration...\n[OK]\n");
                } else {
                    self.say("Building configuration...\n");
                    let until = now.after(std::time::Duration::from_millis(wait));
                    self.reads = Reads::Busy {
                        until,
                        says: "[OK]\n".to_string(),
                    };
                }
            }
        }
        None
    }

    fn start_copy(&mut self, state: &mut State, values: &Values, now: SimTime) {
        let from = match value(values, "source") {
            Some("running-config") => Source::Running,
            Some("startup-config") => Source::Startup,
            _ => Source::File(value(values, "from").unwrap_or_default().to_string()),
        };
        let to = match value(values, "destination") {
            Some("running-config") => Target::Running,
            Some("startup-config") => Target::Startup,
            _ => Target::File(value(values, "to").unwrap_or_default().to_string()),
        };
        let quiet = state.has("file prompt") || value(values, "/noconfirm").is_some();
        if quiet {
            self.copy(state, &from, &to, now);
        } else {
            let to = match (&to, &from) {
                (Target::File(url), from) if file_name(url).is_empty() => {
                    Target::File(format!("{url}{}", from.name()))
                }
                _ => to,
            };
            self.ask(state, Question::Destination { from, to });
        }
    }

    fn delete(&mut self, state: &mut State, values: &Values) {
        let file = value(values, "file").unwrap_or_default().to_string();
        let quiet = state.has("file prompt") || value(values, "/force").is_some();
        if quiet {
            if state.files.remove(&file_name(&file)).is_none() {
                self.ask_delete(state, file);
            }
        } else {
            self.ask(state, Question::DeleteName { file });
        }
    }

    fn set_terminal(&mut self, ready: &Ready) {
        let values = &ready.values;
        let has = |word: &str| ready.says(word);
        if let Some(length) = number(values, "length") {
            self.screen.length = length;
        } else if has("length") {
            self.screen.length = LENGTH;
        } else if let Some(width) = number(values, "width") {
            self.screen.width = width;
        } else if has("width") {
            self.screen.width = WIDTH;
        } else if let Some(size) = number::<usize>(values, "size") {
            self.exec_history.set_size(size);
            self.config_history.set_size(size);
        } else if let Some(bits) = value(values, "bits").filter(|_| has("exec-character-bits")) {
            self.mask = if bits == "8" {
                Mask::Eight
            } else {
                Mask::Seven
            };
        } else if has("monitor") {
            self.monitors = !has("no");
        } else if has("editing") {
            self.editor.set_editing(!has("no"));
        } else if let Some(kind) = value(values, "type") {
            self.terminal = kind.to_ascii_uppercase();
        }
    }

    fn clear_line(&mut self, state: &State, values: &Values) {
        let first = state
            .platform
            .identity("vty_first")
            .and_then(|n| n.parse().ok())
            .unwrap_or(1);
        let by_number = number::<usize>(values, "line").and_then(|line| line.checked_sub(first));
        if let Some(vty) = number(values, "vty").or(by_number) {
            self.ask(state, Question::ClearLine { vty });
        }
    }
}

fn number<N: std::str::FromStr>(values: &Values, name: &str) -> Option<N> {
    value(values, name)?.parse().ok()
}

fn running(state: &State, values: &Values, now: SimTime) -> String {
    let detail = if value(values, "all").is_some() {
        Detail::All
    } else {
        Detail::Plain
    };
    if let Some(name) = value(values, "interface") {
        let grammar = state.platform.grammar();
        let mut interfaces = state
            .config
            .iter()
            .filter(|s| s.kind(grammar) == "interface");
        let found = interfaces
            .find(|s| s.value("interface") == Some(name))
            .map(|s| s.rank.clone());
        let block =
            found.and_then(|rank| text::statement(&state.platform, &state.config, &rank, detail));
        let body = format!("!\n{}end\n", block.unwrap_or_default());
        return built(&body);
    }
    let body = text::body(&state.platform, &state.config, detail);
    built(&state.headed(&body, now))
}

/// `Building configuration...` and the byte count: bytes from the first `!` through `end`, plus one (§2.13).
fn built(text: &str) -> String {
    format!(
        "Building configuration...\n\nCurrent configuration : {} bytes\n{text}\n",
        text.len() + 1
    )
}

fn startup(state: &State) -> String {
    let Some(saved) = &state.startup else {
        return "startup-config is not present\n".to_string();
    };
    let room = state
        .platform
        .identity("nvram_bytes")
        .unwrap_or_else(|| "33554432".to_string());
    format!("Using {} out of {room} bytes\n{saved}\n", saved.len())
}

fn dir(state: &State, values: &Values, now: SimTime) -> String {
    let flash = flash(state);
    let wanted = value(values, "file")
        .map(file_name)
        .filter(|name| !name.is_empty());
    let date = stamp(now, &Zone::of(&state.platform, &state.config));
    let (month, day, year) = (&date.month, date.day, date.year);
    let mut listing = format!(
        "Directory of {flash}/{}\n\n",
        wanted.as_deref().unwrap_or_default()
    );
    let mut any = false;
    for (at, (name, text)) in state.files.iter().enumerate() {
        if wanted.as_deref().is_none_or(|wanted| wanted == name) {
            let size = text.len();
            let time = date.time.get(..8).unwrap_or_default();
            listing.push_str(&format!(
                "{:>5}  -rw-  {size:>11}  {month} {day:>2} {year} {time} +00:00  {name}\n",
                at + 11
            ));
            any = true;
        }
    }
    if let Some(name) = wanted.filter(|_| !any) {
        return format!("%Error opening {flash}/{name} (No such file or directory)\n");
    }
    let total: u64 = state
        .platform
        .identity("flash_kb")
        .and_then(|kb| kb.parse().ok())
        .unwrap_or(1_638_400)
        * 1024;
    let used: u64 = state.files.values().map(|text| text.len() as u64).sum();
    listing.push_str(&format!(
        "\n{total} bytes total ({} bytes free)\n",
        (total - total / 4).saturating_sub(used)
    ));
    listing
}

fn more(state: &State, values: &Values, now: SimTime) -> String {
    let url = value(values, "file").unwrap_or_default();
    match url {
        "system:running-config" => return state.running_text(now),
        "nvram:startup-config" => return state.startup.clone().unwrap_or_default(),
        _ => {}
    }
    match state.files.get(&file_name(url)) {
        Some(text) => text.clone(),
        None => format!(
            "%Error opening {}/{} (No such file or directory)\n",
            flash(state),
            file_name(url)
        ),
    }
}

/// An address of the device itself answers, and so does one that a route leads to.
fn ping(state: &State, values: &Values) -> String {
    let host = value(values, "host").unwrap_or_default();
    let grammar = state.platform.grammar();
    let mut vrfs = state
        .config
        .iter()
        .filter(|s| s.kind(grammar) == "vrf definition");
    if let Some(vrf) = value(values, "vrf").filter(|vrf| *vrf != "vrf")
        && !vrfs.any(|s| s.value("vrf") == Some(vrf))
    {
        return format!("% VRF {vrf} does not exist\n");
    }
    let count: usize = number(values, "repeat").unwrap_or(5);
    let size = value(values, "size").unwrap_or("100");
    let head = format!(
        "Type escape sequence to abort.\nSending {count}, {size}-byte ICMP Echos to {host}, timeout is 2 seconds:\n"
    );
    let interfaces = state
        .config
        .iter()
        .filter(|s| s.kind(grammar) == "interface");
    let mut lines = interfaces
        .filter_map(|s| s.block.as_ref())
        .flat_map(crate::config::Block::iter);
    let own =
        lines.any(|s| s.value("address") == Some(host)) || state.facts.address.to_string() == host;
    let routed = state.get("ip route").is_some();
    if own || routed {
        let marks = "!".repeat(count);
        return format!(
            "{head}{marks}\nSuccess rate is 100 percent ({count}/{count}), round-trip min/avg/max = 1/1/2 ms\n"
        );
    }
    format!(
        "{head}{}\nSuccess rate is 0 percent (0/{count})\n",
        ".".repeat(count)
    )
}

/// An access point's new name is remembered under its first one.
fn rename(state: &mut State, values: &Values) {
    let mut values = values.clone();
    let Some(ap) = value(&values, "ap").and_then(|ap| state.ap_first_name(ap)) else {
        return;
    };
    values.retain(|(name, _)| &**name != "ap");
    values.push(("ap".into(), ap.clone().into()));
    values.push((KIND.into(), "ap name name".into()));
    let key = format!("ap name name {ap}").into();
    let rank = Rank {
        place: 0,
        kind: 0,
        by_key: false,
        by_letter: false,
        typed: None,
        key,
    };
    state.ops.put(Statement {
        definition: 0,
        rank,
        negated: false,
        line: "".into(),
        values,
        block: None,
    });
}
