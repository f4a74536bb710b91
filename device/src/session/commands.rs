//! The named effects of EXEC commands. Each returns what it prints through pipe and pager, if it prints so.

use std::time::Duration;

use super::dialogue::Question;
use super::echo::traceroute;
use super::exec::{Ready, Values, value};
use super::files::Change;
use super::outputs::{running, startup};
use super::{Reads, Session};
use crate::SimTime;
use crate::config::{KIND, Statement};
use crate::interference::Instead;
use crate::pack::ExecEffect;
use crate::state::{Order, State};
use crate::terminal::Mask;
use crate::views::stamp;

/// Three wrong enable secrets end the dialogue (ios-xe-behaviour §2.3).
const ENABLE_TRIES: u8 = 3;

/// What every session sees when a reload is called off.
const ABORTED: &str = "\n\n***\n*** --- SHUTDOWN ABORTED ---\n***\n";

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
            ExecEffect::Configure if ready.says("revert") => {
                self.configure_on_trial(state, values, now)
            }
            ExecEffect::ConfigureConfirm => self.confirm_change(state, now),
            ExecEffect::ConfigureRevert => return self.revert(state, values, now),
            ExecEffect::ConfigureReplace => self.replace(state, ready, now),
            ExecEffect::Archive => self.archive(state, now),
            ExecEffect::ConfigDifferences => return Some(self.differences(state, ready)),
            ExecEffect::ClearCommandLog if ready.says("force") => state.clear_command_log(),
            ExecEffect::ClearCommandLog => self.ask(state, Question::ClearCommandLog),
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
            ExecEffect::Reload => self.reload(state, ready, now),
            ExecEffect::Write => return self.write(state, values, now),
            ExecEffect::Copy => {
                let end = |keyword: &str, slot: &str| {
                    let url = value(values, slot).or(value(values, keyword));
                    url.unwrap_or_default().to_string()
                };
                let quiet = state.has("file prompt") || value(values, "/noconfirm").is_some();
                let (from, to) = (end("source", "from"), end("destination", "to"));
                self.start_copy(state, &from, &to, quiet, now);
            }
            ExecEffect::MakeDirectory => {
                self.change_directory(state, Change::MakeDirectory, values, now)
            }
            ExecEffect::RemoveDirectory => {
                self.change_directory(state, Change::RemoveDirectory, values, now)
            }
            ExecEffect::Rename => self.rename(state, values),
            ExecEffect::Tclsh => self.enter_tcl(state, values, now),
            ExecEffect::Verify => self.verify(state, values),
            ExecEffect::WorkIn => self.change_working_directory(state, values),
            ExecEffect::WorkingDirectory => self.print_working_directory(state),
            ExecEffect::Delete => self.delete(state, values),
            ExecEffect::Erase => self.ask(state, Question::Erase),
            ExecEffect::Dir => return Some(self.dir(state, values)),
            ExecEffect::More => return Some(self.more(state, values)),
            ExecEffect::RunningConfig => return Some(running(state, values)),
            ExecEffect::StartupConfig => return Some(startup(state)),
            ExecEffect::Terminal => self.set_terminal(ready),
            ExecEffect::ClearLine => self.clear_line(state, values),
            ExecEffect::ClearLogging => state.log.clear(),
            ExecEffect::Ping => return self.ping(state, ready, now),
            ExecEffect::Traceroute => return Some(traceroute(state, ready, now)),
            ExecEffect::ApRename => rename(state, values),
            ExecEffect::SendLog => {
                let text = value(values, "text").unwrap_or_default();
                let severity = value(values, "severity").unwrap_or("7");
                let user = &self.user;
                state.log(now, &format!("%SYS-{severity}-USERLOG_DEBUG: Message from tty{}(user id: {user}): {text}", self.vty));
            }
            ExecEffect::End | ExecEffect::Do => {}
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
        let denied = self
            .instead
            .take()
            .is_some_and(|instead| *instead == Instead::Deny);
        let right = !denied && stored.is_some_and(|s| state.vault.opens(&s.line, given));
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

    fn reload(&mut self, state: &mut State, ready: &Ready, now: SimTime) {
        if ready.says("cancel") {
            return match state.reload_at.take() {
                Some(_) => state.orders.push(Order::Tell(ABORTED)),
                None => self.say("%No reload is scheduled.\n"),
            };
        }
        if let Some(text) = value(&ready.values, "minutes") {
            return match delay(text) {
                Some(wait) => self.reload_later(state, wait, now),
                None => self.say("% Invalid delay\n"),
            };
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

    fn reload_later(&mut self, state: &State, wait: Duration, now: SimTime) {
        let at = now.after(wait);
        let when = stamp(at, &state.zone()).short;
        let minutes = wait.as_secs() / 60;
        let plural = if minutes == 1 { "" } else { "s" };
        let (user, vty, peer) = (&self.user, self.vty, self.peer);
        self.say(&format!(
            "Reload scheduled for {when} (in {minutes} minute{plural}) by {user} on vty{vty} ({peer})\n\
             Reload reason: Reload Command\n"
        ));
        self.ask(state, Question::ReloadAt { at });
    }

    fn write(&mut self, state: &mut State, values: &Values, now: SimTime) -> Option<String> {
        match value(values, "action") {
            Some("terminal") => return Some(running(state, &Values::new())),
            Some("erase") => self.ask(state, Question::Erase),
            _ => {
                self.say("Building configuration...\n");
                let saved = state.save(now);
                let says = saved.map_or_else(|says| says.to_string(), |()| "[OK]\n".to_string());
                let wait = state.platform.timing().save_ms;
                if wait == 0 {
                    self.say(&says);
                } else {
                    let until = now.after(Duration::from_millis(wait));
                    self.reads = Reads::Busy { until, says };
                }
            }
        }
        None
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

/// `5` minutes, or `1:30` hours, of what stands behind `reload in`; a reason may follow.
fn delay(text: &str) -> Option<Duration> {
    let first = text.split(' ').next()?;
    let (hours, minutes) = first.split_once(':').unwrap_or(("0", first));
    let minutes = hours.parse::<u64>().ok()? * 60 + minutes.parse::<u64>().ok()?;
    Some(Duration::from_secs(minutes * 60))
}

/// A value as a number.
pub(super) fn number<N: std::str::FromStr>(values: &Values, name: &str) -> Option<N> {
    value(values, name)?.parse().ok()
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
    state.ops.put(Statement::remembered(
        0,
        &format!("ap name name {ap}"),
        "",
        values,
    ));
}
