//! The archive's commands: copies of the configuration, differences, replacement, changes that must be confirmed
//! (ios-xe-behaviour §2.15).

use super::Session;
use super::commands::number;
use super::dialogue::Question;
use super::exec::{Ready, Values, value};
use crate::SimTime;
use crate::archive::ArchiveError;
use crate::archive::replacement::Manner;
use crate::archive::revert::{NONE_PENDING, Operator, Timer};
use crate::config::difference::{Case, between};
use crate::config::outline::{self, Node};
use crate::config::replace;
use crate::files::FilePath;
use crate::state::State;

/// What is said when a change shall be confirmed and nothing is there to go back to.
const ARCHIVE_OFF: &str = "%Turn config archive on before using Rollback Confirmed Change\n";

/// The same, when a failure shall lead back.
const TRIGGER_WITHOUT_ARCHIVE: &str =
    "%Please turn config archive on before using \"revert trigger\"\n";

/// What is said when a change waits already.
const PENDING: &str = "%Rollback Confirmed Change is already pending. Enter \"configure confirm\" or \"configure revert now\" first\n";

/// What `configure replace` asks without `force`.
const REPLACE: &str = "This will apply all necessary additions and deletions\n\
                       to replace the current running configuration with the\n\
                       contents of the specified configuration file, which is\n\
                       assumed to be a complete configuration, not a partial\n\
                       configuration. Enter Y if you are sure you want to proceed. ? [no]: ";

/// A replacement on its way through its questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Replacing {
    /// The wanted configuration.
    text: String,
    manner: Manner,
    /// The configuration goes back after this time to this copy, unless it is confirmed.
    later: Option<(String, u64)>,
    /// What is asked yet: a line, and whether it is meant.
    asks: Vec<(String, String)>,
    /// Whether it must first be asked for at all.
    sure: bool,
}

impl Replacing {
    /// Whether one key answers what is asked.
    pub(super) fn is_key(&self) -> bool {
        self.sure
    }

    /// What is asked.
    pub(super) fn text(&self) -> String {
        match self.asks.first() {
            Some((_, asks)) if self.sure => asks.clone(),
            _ => REPLACE.to_string(),
        }
    }
}

impl Session {
    /// `archive config`.
    pub(super) fn archive(&mut self, state: &mut State, now: SimTime) {
        if let Err(error) = state.archive_now(now) {
            self.say(&format!("{error}\n"));
        }
    }

    /// `show archive config differences` and `incremental-diffs`.
    pub(super) fn differences(&self, state: &State, ready: &Ready) -> String {
        let values = &ready.values;
        let outline = |slot: &str, otherwise: &str| {
            let url = value(values, slot).unwrap_or(otherwise);
            self.outline(state, url)
        };
        let case = match ready.says("ignorecase") {
            true => Case::Ignored,
            false => Case::Matters,
        };
        if let Some(url) = value(values, "merged") {
            return match self.text(state, url) {
                Ok(text) => incremental(state, &text, case),
                Err(error) => error,
            };
        }
        // One file is compared with what runs, and what runs with what was saved.
        let second = match value(values, "old") {
            Some(_) => "system:running-config",
            None => "nvram:startup-config",
        };
        let ends = (
            outline("old", "system:running-config"),
            outline("new", second),
        );
        match ends {
            (Ok(old), Ok(new)) => format!("{}\n", between(&old, &new, case).contextual()),
            (Err(error), _) | (_, Err(error)) => error,
        }
    }

    /// The lines of a file or configuration.
    fn outline(&self, state: &State, url: &str) -> Result<Vec<Node>, String> {
        let path = self.file(state, url)?;
        if state.shown(&path) == "system:/running-config" {
            return Ok(outline::of(&state.platform, &state.config));
        }
        Ok(state.wanted(&self.text(state, url)?))
    }

    fn file(&self, state: &State, url: &str) -> Result<FilePath, String> {
        let path = state.path_from(url, &self.directory);
        path.map_err(|error| format!("%Error opening {url} ({error})\n"))
    }

    fn text(&self, state: &State, url: &str) -> Result<String, String> {
        let path = self.file(state, url)?;
        let content = state.read_file(&path);
        let content = content
            .map_err(|error| format!("%Error opening {} ({error})\n", state.shown(&path)))?;
        Ok(String::from_utf8_lossy(content.bytes()).into_owned())
    }

    fn operator(&self) -> Operator {
        Operator {
            user: self.user.clone(),
            vty: self.vty,
            privilege: self.privilege,
        }
    }

    /// A text for one operator, which comes while it may be typing.
    pub(crate) fn advise(&mut self, state: &State, operator: &Operator, text: &str) {
        if operator.vty == self.vty && operator.user == self.user {
            self.break_in(state, text);
        }
    }
}

// === changes that must be confirmed ===

impl Session {
    /// `configure terminal revert timer 5`.
    pub(super) fn configure_on_trial(&mut self, state: &mut State, values: &Values, now: SimTime) {
        let Some((timer, minutes)) = timer(values) else {
            return;
        };
        if !self.may_configure(state) {
            return;
        }
        let Some(file) = self.backed_up(state, now) else {
            return;
        };
        self.say("\n");
        self.enter_configuration(state, false);
        state.revert_later(file, timer, minutes, self.operator(), now);
    }

    /// `configure confirm`.
    pub(super) fn confirm_change(&mut self, state: &mut State, now: SimTime) {
        if !state.confirm_change(&self.user, now) {
            self.say(NONE_PENDING);
        }
    }

    /// `configure revert now`, or at another time.
    pub(super) fn revert(
        &mut self,
        state: &mut State,
        values: &Values,
        now: SimTime,
    ) -> Option<String> {
        let Some((timer, minutes)) = timer(values) else {
            return Some(
                state
                    .revert(now)
                    .unwrap_or_else(|| NONE_PENDING.to_string()),
            );
        };
        let waits = state.revert_at_another_time(timer, minutes, self.operator(), now);
        (!waits).then(|| NONE_PENDING.to_string())
    }

    /// Keeps a copy that a change can go back to; none, with the reason told, if that can't be.
    fn backed_up(&mut self, state: &mut State, now: SimTime) -> Option<String> {
        if state.archive.pending.is_some() {
            self.say(PENDING);
            return None;
        }
        match state.back_up(now) {
            Ok(file) => {
                self.say(&format!(
                    "Rollback Confirmed Change: Backing up current running config to {file}\n"
                ));
                Some(file)
            }
            Err(ArchiveError::Off) => {
                self.say(ARCHIVE_OFF);
                None
            }
            Err(error) => {
                self.say(&format!("{error}\n"));
                None
            }
        }
    }
}

// === replacement ===

impl Session {
    /// `configure replace`.
    pub(super) fn replace(&mut self, state: &mut State, ready: &Ready, now: SimTime) {
        let values = &ready.values;
        if !self.may_configure(state) {
            return;
        }
        let text = match self.text(state, value(values, "file").unwrap_or_default()) {
            Ok(text) => text,
            Err(error) => return self.say(&error),
        };
        if !state.is_configuration(&text) {
            return self.say("%The input file is not a valid config file.\n");
        }
        let mut manner = Manner {
            list: ready.says("list"),
            nolock: ready.says("nolock"),
            ..Manner::default()
        };
        if ready.says("ignorecase") {
            manner.case = Case::Ignored;
        }
        let minutes = number(values, "time").or(number(values, "timer"));
        if ready.says("trigger") && state.archive_path().is_none() {
            return self.say(TRIGGER_WITHOUT_ARCHIVE);
        }
        let mut later = None;
        if let Some(minutes) = minutes {
            let Some(file) = self.backed_up(state, now) else {
                return;
            };
            later = Some((file, minutes));
        }
        if ready.says("trigger") {
            let copy = match &later {
                Some((file, _)) => Ok(file.clone()),
                None => state.archive_now(now),
            };
            match copy {
                Ok(copy) => manner.or_back_to = Some(copy),
                Err(error) => return self.say(&format!("{error}\n")),
            }
        }
        let replacing = Replacing {
            asks: state.replacement_asks(&text, manner.case),
            text,
            manner,
            later,
            sure: ready.says("force"),
        };
        self.replace_on(state, replacing, now);
    }

    /// Asks what is to be asked, and replaces once all is known.
    fn replace_on(&mut self, state: &mut State, replacing: Replacing, now: SimTime) {
        if !replacing.sure || !replacing.asks.is_empty() {
            return self.ask(state, Question::Replace(replacing));
        }
        let printed = state.replace(&replacing.text, &replacing.manner, &self.user, now);
        if let Some((file, minutes)) = replacing.later {
            state.revert_later(file, Timer::Absolute, minutes, self.operator(), now);
        }
        self.show(&printed, false);
    }

    /// The operator is sure, or is not.
    pub(super) fn replace_answered(
        &mut self,
        state: &mut State,
        mut replacing: Replacing,
        answer: &str,
        now: SimTime,
    ) {
        let lower = answer.to_ascii_lowercase();
        if lower.is_empty() || !"yes".starts_with(&lower) {
            return;
        }
        replacing.sure = true;
        self.replace_on(state, replacing, now);
    }

    /// A line shall be taken back, or stays.
    pub(super) fn removal_confirmed(
        &mut self,
        state: &mut State,
        mut replacing: Replacing,
        yes: bool,
        now: SimTime,
    ) {
        let (line, _) = replacing.asks.remove(0);
        if !yes {
            replacing.manner.kept.push(line);
        }
        self.replace_on(state, replacing, now);
    }
}

/// What merging a file would do.
fn incremental(state: &State, text: &str, case: Case) -> String {
    let now = outline::of(&state.platform, &state.config);
    let merged = outline::onto(
        &state.platform,
        state.config.clone(),
        &mut state.vault.clone(),
        text,
    );
    let commands = replace::incremental(&state.platform, &between(&now, &merged, case));
    let found = if commands.is_empty() {
        "!No changes were found\n"
    } else {
        ""
    };
    format!(
        "!List of Commands:\n{}end\n{found}\n",
        replace::text(&commands)
    )
}

/// The timer that a command names, and its minutes.
fn timer(values: &Values) -> Option<(Timer, u64)> {
    let absolute = number(values, "timer").map(|minutes| (Timer::Absolute, minutes));
    absolute.or(number(values, "idle").map(|minutes| (Timer::Idle, minutes)))
}
