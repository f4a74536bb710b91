//! What the device writes: lines that end, and the line that the cursor is on.
//!
//! A line that ended is looked at once. The last line is looked at after each read: it may be a prompt, a
//! question, or an echo that has gone astray. With more lines in flight, the prompt of one and the echo of
//! the next stand on one line of the terminal.

use std::sync::Arc;
use std::time::Duration;

use super::engine::{Phase, Session};
use super::exchange::{Echo, Exchange};
use super::failure::Cause;
use super::prompt::Prompt;
use super::screen::{Ended, Screen};
use crate::secret::Secret;

/// What the last line is, if it is no prompt of the device.
enum Standing {
    /// The device waits for something that won't come; these keys tell it not to.
    Stalled(String),
    /// A question that the line brought this answer to.
    Asked(Secret),
    /// The question for a password.
    Password,
    /// A question that the platform has this answer to.
    Dialogue(String),
    /// What mustn't stand there for long.
    Odd,
    /// What is a question only if nothing follows for longer.
    Perhaps,
    /// What goes on.
    Text,
}

impl Session {
    /// A line of the terminal ended.
    pub(super) fn line(&mut self, line: &Ended, now: Duration) {
        let text = line.bytes.trim_ascii();
        if matches!(self.phase, Phase::Login) {
            if self.password_sent && self.access.expect.login_refused.is_match(text) {
                let username = self.access.credentials.username.clone();
                let answer = self.shown(text);
                self.fail_before_prompt(Cause::LoginRefused { username, answer }, now);
            }
            return;
        }
        if self.ends_in_noise(&line.bytes, now) {
            return;
        }
        self.next_begins(Some(&line.bytes), now);
        if self.is_early_echo(&line.bytes) {
            return;
        }
        let refusal = self.enable_refusal(line.bytes.trim_ascii());
        let Some(exchange) = self.flight.front_mut() else {
            return;
        };
        if let Some(prompt) = exchange.line(line, &self.access.expect) {
            self.found_echo(&prompt);
        } else if let Some(answer) = refusal {
            self.fail_before_prompt(Cause::EnableRefused { answer }, now);
        } else {
            self.go_on_with_parts(now);
        }
    }

    /// What a line says that refuses the privileged mode.
    fn enable_refusal(&self, line: &[u8]) -> Option<String> {
        let is_asked = matches!(self.phase, Phase::Enable { .. })
            && matches!(self.flight.front()?.echo, Echo::Right);
        let refuses = is_asked && self.access.expect.enable_refused.is_match(line);
        refuses.then(|| self.shown(line))
    }

    /// The first line's echo shows where banners end and what the hostname is.
    fn found_echo(&mut self, prompt: &[u8]) {
        let Some(found) = self.prompts.of(prompt, &self.access.expect) else {
            return;
        };
        if let Some(exchange) = self.flight.front_mut() {
            exchange.echo = Echo::Right;
        }
        if found.mode().is_none() {
            self.host = Some(found.host().to_vec());
        }
    }

    /// The line that the cursor is on changed.
    pub(super) fn last_line(&mut self, now: Duration) {
        match self.phase {
            Phase::Login => self.at_login(now),
            Phase::Cleanup(_) => self.in_cleanup(now),
            Phase::Ready | Phase::Waiting | Phase::Over => {}
            _ => self.in_exchange(now),
        }
    }

    /// Whether the first in flight may have its prompt now: its echo has come, or will not come any more.
    fn may_have_prompt(&self) -> bool {
        let ends = |exchange: &Exchange| {
            matches!(exchange.echo, Echo::Right | Echo::Wrong(_)) && !exchange.has_parts()
        };
        self.flight.front().is_some_and(ends)
    }

    /// With another line in flight, this one may show the prompt of the first and the echo of the next. No line: the
    /// last one.
    fn next_begins(&mut self, ended: Option<&[u8]>, now: Duration) {
        if self.flight.len() < 2 || !self.may_have_prompt() {
            return;
        }
        let line = ended.unwrap_or_else(|| self.screen.without_run());
        let (expect, host) = (&self.access.expect, self.host.as_deref());
        let found = self.prompts.before(line, expect, host).or_else(|| {
            // Somebody may have changed the hostname: then the echo shows where the prompt ends.
            let next = self.flight.get(1).map(Exchange::text).unwrap_or_default();
            let text = line.trim_ascii_end().strip_suffix(next.trim_ascii_end())?;
            self.prompts.of(text, expect)
        });
        if let Some(prompt) = found {
            self.stand_at(prompt, now);
        }
    }

    /// Whether this is the echo of a line that was typed ahead, shown before the prompt. It is shown once more
    /// behind it. Until then it can't be told whose output the next lines are.
    fn is_early_echo(&mut self, line: &[u8]) -> bool {
        if self.flight.len() < 2 || !self.may_have_prompt() {
            return false;
        }
        let shown = line.trim_ascii_end();
        let is_next =
            |exchange: &Exchange| !shown.is_empty() && exchange.text().trim_ascii_end() == shown;
        let is_early = self.flight.iter().skip(1).take(EARLY_MAX).any(is_next);
        if is_early && let Some(exchange) = self.flight.front_mut() {
            exchange.overtaken = true;
        }
        is_early
    }

    /// A prompt, and a message of the log behind it: no other prompt comes.
    fn ends_in_noise(&mut self, line: &[u8], now: Duration) -> bool {
        if !self.may_have_prompt() {
            return false;
        }
        let Some(message) = self.access.expect.noise.find(line) else {
            // A prompt alone on its line: if a message follows, it was the prompt.
            self.passed = self.prompt_in(line);
            return false;
        };
        let here = self.prompt_in(line.get(..message.start()).unwrap_or_default());
        let passed = self.passed.take().filter(|_| here.is_none());
        if passed.is_some()
            && let Some(exchange) = self.flight.front_mut()
        {
            exchange.forget_last_line();
        }
        let Some(prompt) = here.or(passed) else {
            return false;
        };
        self.stand_at(prompt, now);
        true
    }

    /// The prompt that a text is, of the device or of what the first in flight renames it to.
    fn prompt_in(&mut self, text: &[u8]) -> Option<Arc<Prompt>> {
        let prompt = self.prompts.of(text, &self.access.expect)?;
        self.is_its(&prompt).then_some(prompt)
    }

    /// The same for the last line.
    fn prompt_here(&mut self) -> Option<Arc<Prompt>> {
        let prompt = self.prompts.of(self.screen.line(), &self.access.expect)?;
        self.is_its(&prompt).then_some(prompt)
    }

    fn is_its(&self, prompt: &Prompt) -> bool {
        let expect = &self.access.expect;
        let renamed = |exchange: &Exchange| {
            let name = exchange.renames.as_ref();
            name.is_some_and(|name| prompt.is_of(name.as_deref(), expect))
        };
        prompt.is_of(self.host.as_deref(), expect) || self.flight.front().is_some_and(renamed)
    }

    /// The first in flight has its prompt.
    fn stand_at(&mut self, prompt: Arc<Prompt>, now: Duration) {
        self.passed = None;
        if !prompt.is_of(self.host.as_deref(), &self.access.expect) {
            let renamed = self
                .flight
                .front()
                .and_then(|exchange| exchange.renames.clone());
            self.host = renamed.flatten().or_else(|| Some(prompt.host().to_vec()));
        }
        self.at = Some(prompt);
        self.answered(now);
    }

    fn at_login(&mut self, now: Duration) {
        let expect = self.access.expect.clone();
        let line = self.screen.without_run();
        if let Some(prompt) = self.prompts.of(line, &expect) {
            self.at = Some(prompt);
            self.begin(now);
        } else if expect.password.is_match(line) {
            if expect.login_changes.is_match(line) {
                return self.password_asked(now);
            }
            if self.password_sent {
                let username = self.access.credentials.username.clone();
                let answer = self.shown(line);
                return self.fail(Cause::LoginRefused { username, answer }, now);
            }
            self.password_sent = true;
            let secret = self.access.credentials.password.clone();
            self.send_secret(secret.reveal(), now);
        } else if expect.username.is_match(line) && !self.password_sent {
            let name = format!("{}{}", self.access.credentials.username, expect.newline);
            self.send(name.as_bytes(), now);
            // A second question for the name must be a new line.
            self.screen = Screen::default();
        } else if expect.questions.is_match(line) {
            self.settles = Some(now + expect.timeouts.settle);
        }
    }

    fn in_exchange(&mut self, now: Duration) {
        if self.flight.len() > 1 {
            self.next_begins(None, now);
        }
        let Some(exchange) = self.flight.front_mut() else {
            return;
        };
        let is_astray = exchange.is_astray(&mut self.screen);
        match &exchange.echo {
            Echo::Awaited => self.without_echo(is_astray, now),
            Echo::Right | Echo::Wrong(_) => self.behind_echo(now),
            Echo::Behind | Echo::Finding | Echo::Hidden => {}
        }
    }

    /// The echo isn't there yet. A prompt in its place, or something that it can't become, is wrong for certain or
    /// in a moment.
    fn without_echo(&mut self, is_astray: bool, now: Duration) {
        let settle = self.access.expect.timeouts.settle;
        if is_astray {
            self.settles = Some(now + settle);
            if self.flight.front().is_some_and(Exchange::was_cut)
                && let Some(prompt) = self.prompt_here()
            {
                self.echo_is_missing(prompt, now);
            }
            return;
        }
        let line = self.screen.line();
        let is_new = self
            .flight
            .front()
            .is_some_and(|exchange| exchange.was_left(line));
        if is_new && self.prompt_here().is_some() {
            // The prompt is shown again, and the echo may be on its way; or there is none.
            self.settles = Some(now + settle * SURE_SETTLES);
        }
    }

    /// The echo has come; a prompt or a question may.
    fn behind_echo(&mut self, now: Duration) {
        let has_parts = self.flight.front().is_some_and(Exchange::has_parts);
        let Some(prompt) = self.prompt_here() else {
            return self.behind_prompt(has_parts, now);
        };
        if has_parts {
            return self.prompt_among_parts(prompt, now);
        }
        if matches!(self.phase, Phase::Exec { .. }) && !self.has_ended() {
            // A configuration may show a line that is the prompt, and the read may end there.
            self.settles = Some(now + QUIET);
            return;
        }
        self.stand_at(prompt, now);
    }

    /// The last line is no prompt of the device.
    fn behind_prompt(&mut self, has_parts: bool, now: Duration) {
        let settle = self.access.expect.timeouts.settle;
        match self.standing(has_parts) {
            Standing::Stalled(keys) => self.end_stall(&keys, now),
            Standing::Asked(answer) => self.reply(answer.reveal(), now),
            Standing::Password => self.password_asked(now),
            Standing::Dialogue(answer) => {
                self.send(answer.as_bytes(), now);
                if let Some(exchange) = self.flight.front_mut() {
                    exchange.page();
                }
                // The question stays on its line; only what follows it counts.
                self.screen = Screen::default();
            }
            Standing::Odd => self.settles = Some(now + settle),
            Standing::Perhaps => self.settles = Some(now + settle * SURE_SETTLES),
            Standing::Text => {}
        }
    }

    /// What the last line is, if it is no prompt of the device.
    fn standing(&mut self, has_parts: bool) -> Standing {
        let (expect, line) = (&self.access.expect, self.screen.without_run());
        let Some(exchange) = self.flight.front_mut() else {
            return Standing::Text;
        };
        let mut stalls = expect.stalls.iter();
        let mut dialogues = expect.dialogues.iter();
        if matches!(exchange.echo, Echo::Wrong(_)) {
            Standing::Odd
        } else if let Some((_, keys)) = stalls.find(|(shows, _)| shows.is_match(line)) {
            Standing::Stalled(keys.clone())
        } else if let Some(answer) = exchange.answer_to(line) {
            Standing::Asked(answer)
        } else if expect.password.is_match(line) {
            Standing::Password
        } else if let Some((_, answer)) = dialogues.find(|(asks, _)| asks.is_match(line)) {
            Standing::Dialogue(answer.clone())
        } else if expect.questions.is_match(line)
            || self.prompts.of(line, expect).is_some()
            || has_parts
        {
            Standing::Odd
        } else if expect.perhaps.is_match(line) {
            Standing::Perhaps
        } else {
            Standing::Text
        }
    }

    /// Whether the output is known to be whole.
    fn has_ended(&self) -> bool {
        let Phase::Exec { ends: Some(ends) } = &self.phase else {
            return false;
        };
        let last = self.flight.front().and_then(Exchange::last_words);
        last.is_some_and(|last| last == ends.as_bytes())
    }

    /// Nothing has come for a moment: what stands there is what the device meant.
    pub(super) fn settled(&mut self, now: Duration) {
        if matches!(self.phase, Phase::Cleanup(_)) {
            return self.type_interrupt(now);
        }
        let line = self.screen.line().to_vec();
        let sent = self.sent();
        let wrong = match self.flight.front().map(|exchange| &exchange.echo) {
            Some(Echo::Awaited) => match self.prompt_here() {
                Some(prompt) => return self.echo_is_missing(prompt, now),
                None => Some(line.clone()),
            },
            Some(Echo::Wrong(received)) => Some(received.clone()),
            Some(Echo::Right) if matches!(self.phase, Phase::Exec { .. }) => {
                match self.prompt_here() {
                    Some(prompt) => return self.stand_at(prompt, now),
                    None => None,
                }
            }
            _ => None,
        };
        if let Some(wrong) = wrong {
            let received = self.received(&wrong);
            return self.fail(Cause::EchoMismatch { sent, received }, now);
        }
        if self.flight.front().is_some_and(Exchange::has_parts)
            && !self.access.expect.questions.is_match(&line)
        {
            return self.send_next_part(None, now);
        }
        if let Some(prompt) = self.prompts.of(&line, &self.access.expect) {
            // The prompt of another hostname, at which the device waits: somebody changed it.
            return self.stand_at(prompt, now);
        }
        let question = self.shown(line.trim_ascii());
        self.fail(Cause::Question { sent, question }, now);
    }

    /// The device waits at a prompt, and has not echoed what was sent.
    fn echo_is_missing(&mut self, prompt: Arc<Prompt>, now: Duration) {
        if let Some(exchange) = self.flight.front_mut() {
            exchange.miss_echo();
        }
        self.stand_at(prompt, now);
    }

    /// The device has not answered in time. Where only the prompt is missing, an empty line asks for it, once.
    pub(super) fn time_is_up(&mut self, waited: Duration, now: Duration) {
        if matches!(self.phase, Phase::Cleanup(_)) {
            return self.over();
        }
        if self.may_be_probed() {
            return self.probe(waited, now);
        }
        let (sent, tail) = (self.sent(), self.tail_text());
        let waited = self
            .flight
            .front()
            .and_then(|exchange| exchange.probed)
            .unwrap_or(waited);
        self.fail(Cause::NoPrompt { sent, waited, tail }, now);
    }
}

/// An output that is about to go on does so within this time.
const QUIET: Duration = Duration::from_millis(50);

/// So many lines that follow are looked for among what is echoed early.
const EARLY_MAX: usize = 16;

/// So many times the usual moment is waited for what may still come: the way may be long.
const SURE_SETTLES: u32 = 5;
