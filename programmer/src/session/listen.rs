//! What the device writes: lines that end, and the line that the cursor is on.
//!
//! A line that ended is looked at once. The last line is looked at after each read: it may be a prompt, a
//! question, or an echo that has gone astray. With more lines in flight, the prompt of one and the echo of
//! the next stand on one line of the terminal.

use std::time::Duration;

use super::engine::{Phase, Session};
use super::exchange::{Echo, Exchange};
use super::failure::Cause;
use super::prompt::Prompt;
use super::screen::{Ended, Screen};

impl Session {
    /// A line of the terminal ended.
    pub(super) fn line(&mut self, line: Ended, now: Duration) {
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
        self.next_begins(&line.bytes, now);
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
        let found = Prompt::of(prompt, &self.access.expect, None);
        if let Some(exchange) = self.flight.front_mut()
            && found.is_some()
        {
            exchange.echo = Echo::Right;
        }
        if let Some(Prompt::Exec { host, .. }) = found {
            self.host = Some(host);
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

    /// With another line in flight, this one may show the prompt of the first and the echo of the next.
    fn next_begins(&mut self, line: &[u8], now: Duration) {
        if self.flight.len() < 2 || !self.may_have_prompt() {
            return;
        }
        let named = self.prompt_before(line);
        let expect = &self.access.expect;
        let next = self.flight.get(1).map(Exchange::text).unwrap_or_default();
        // Somebody may have changed the hostname: then the echo shows where the prompt ends.
        let found = named.or_else(|| {
            let text = line.trim_ascii_end().strip_suffix(next.trim_ascii_end())?;
            Some((Prompt::of(text, expect, None)?, text))
        });
        if let Some((prompt, text)) = found {
            let text = text.to_vec();
            self.stand_at(prompt, text, now);
        }
    }

    /// The device's prompt that a line begins with, and its text. Most lines begin with one that others began with:
    /// no shorter text was a prompt there, and so none is here.
    fn prompt_before<'l>(&mut self, line: &'l [u8]) -> Option<(Prompt, &'l [u8])> {
        let (expect, host) = (&self.access.expect, self.host.as_deref());
        let mut known = self.openings.iter();
        let known =
            known.find(|(text, prompt)| line.starts_with(text) && prompt.is_of(host, expect));
        if let Some((text, prompt)) = known {
            return Some((prompt.clone(), line.get(..text.len())?));
        }
        let (prompt, text) = Prompt::before(line, expect, host)?;
        self.openings.truncate(OPENINGS_MAX - 1);
        self.openings.insert(0, (text.to_vec(), prompt.clone()));
        Some((prompt, text))
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
        let expect = self.access.expect.clone();
        let Some(message) = expect.noise.find(line) else {
            // A prompt alone on its line: if a message follows, it was the prompt.
            let prompt = self.prompt_in(line);
            self.passed = prompt.map(|prompt| (prompt, line.to_vec()));
            return false;
        };
        let head = line.get(..message.start()).unwrap_or_default();
        let here = self.prompt_in(head).map(|prompt| (prompt, head.to_vec()));
        let passed = self.passed.take().filter(|_| here.is_none());
        if passed.is_some()
            && let Some(exchange) = self.flight.front_mut()
        {
            exchange.forget_last_line();
        }
        let Some((prompt, text)) = here.or(passed) else {
            return false;
        };
        self.stand_at(prompt, text, now);
        true
    }

    /// The prompt that this text is, of the device or of what the first in flight renames it to.
    fn prompt_in(&self, text: &[u8]) -> Option<Prompt> {
        let expect = &self.access.expect;
        let found = Prompt::of(text, expect, self.host.as_deref());
        found.or_else(|| {
            let renamed = self.flight.front()?.renames.as_ref()?;
            Prompt::of(text, expect, renamed.as_deref())
        })
    }

    /// The first in flight has its prompt.
    fn stand_at(&mut self, prompt: Prompt, text: Vec<u8>, now: Duration) {
        self.passed = None;
        if !prompt.is_of(self.host.as_deref(), &self.access.expect) {
            let renamed = self
                .flight
                .front()
                .and_then(|exchange| exchange.renames.clone());
            self.host = renamed.flatten().or_else(|| Some(prompt.host().to_vec()));
        }
        self.at = Some((prompt, text));
        self.answered(now);
    }

    fn at_login(&mut self, now: Duration) {
        let expect = self.access.expect.clone();
        let line = self.screen.line().to_vec();
        if let Some(prompt) = Prompt::of(&line, &expect, None) {
            self.at = Some((prompt, line));
            self.begin(now);
        } else if expect.password.is_match(&line) {
            if expect.login_changes.is_match(&line) {
                return self.password_asked(now);
            }
            if self.password_sent {
                let username = self.access.credentials.username.clone();
                let answer = self.shown(&line);
                return self.fail(Cause::LoginRefused { username, answer }, now);
            }
            self.password_sent = true;
            let secret = self.access.credentials.password.clone();
            self.send_secret(secret.reveal(), now);
        } else if expect.username.is_match(&line) && !self.password_sent {
            let name = format!("{}{}", self.access.credentials.username, expect.newline);
            self.send(name.into_bytes(), now);
            // A second question for the name must be a new line.
            self.screen = Screen::default();
        } else if expect.questions.is_match(&line) {
            self.settles = Some(now + expect.timeouts.settle);
        }
    }

    fn in_exchange(&mut self, now: Duration) {
        if self.flight.len() > 1 {
            let line = self.screen.line().to_vec();
            self.next_begins(&line, now);
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
        let line = self.screen.line();
        if is_astray {
            self.settles = Some(now + settle);
            if self.flight.front().is_some_and(Exchange::was_cut)
                && let Some(prompt) = self.prompt_in(line)
            {
                let text = line.to_vec();
                self.echo_is_missing(prompt, text, now);
            }
            return;
        }
        let is_new = self
            .flight
            .front()
            .is_some_and(|exchange| exchange.was_left(line));
        if is_new && self.prompt_in(line).is_some() {
            // The prompt is shown again, and the echo may be on its way; or there is none.
            self.settles = Some(now + settle * SURE_SETTLES);
        }
    }

    /// The echo has come; a prompt or a question may.
    fn behind_echo(&mut self, now: Duration) {
        let expect = self.access.expect.clone();
        let settle = now + expect.timeouts.settle;
        let line = self.screen.line().to_vec();
        let has_parts = self.flight.front().is_some_and(Exchange::has_parts);
        if let Some(prompt) = self.prompt_in(&line) {
            let text = line.to_vec();
            if has_parts {
                return self.prompt_among_parts(prompt, text, now);
            }
            if matches!(self.phase, Phase::Exec { .. }) && !self.has_ended() {
                // A configuration may show a line that is the prompt, and the read may end there.
                self.settles = Some(now + QUIET);
                return;
            }
            self.stand_at(prompt, text, now);
        } else if self
            .flight
            .front()
            .is_some_and(|exchange| matches!(exchange.echo, Echo::Wrong(_)))
        {
            self.settles = Some(settle);
        } else if self.is_stalled(&line, now) {
        } else if let Some(answer) = self
            .flight
            .front_mut()
            .and_then(|exchange| exchange.answer_to(&line))
        {
            self.reply(&line, answer.reveal(), now);
        } else if expect.password.is_match(&line) {
            self.password_asked(now);
        } else if let Some((_, answer)) = expect
            .dialogues
            .iter()
            .find(|(question, _)| question.is_match(&line))
        {
            self.send(answer.clone().into_bytes(), now);
            if let Some(exchange) = self.flight.front_mut() {
                exchange.page();
            }
            // The question stays on its line; only what follows it counts.
            self.screen = Screen::default();
        } else if expect.questions.is_match(&line)
            || Prompt::of(&line, &expect, None).is_some()
            || has_parts
        {
            self.settles = Some(settle);
        } else if expect.perhaps.is_match(&line) {
            self.settles = Some(now + expect.timeouts.settle * SURE_SETTLES);
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
            Some(Echo::Awaited) => match self.prompt_in(&line) {
                Some(prompt) => return self.echo_is_missing(prompt, line, now),
                None => Some(line.clone()),
            },
            Some(Echo::Wrong(received)) => Some(received.clone()),
            Some(Echo::Right) if matches!(self.phase, Phase::Exec { .. }) => {
                match self.prompt_in(&line) {
                    Some(prompt) => return self.stand_at(prompt, line, now),
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
        if let Some(prompt) = Prompt::of(&line, &self.access.expect, None) {
            // The prompt of another hostname, at which the device waits: somebody changed it.
            let text = line.to_vec();
            return self.stand_at(prompt, text, now);
        }
        let question = self.shown(line.trim_ascii());
        self.fail(Cause::Question { sent, question }, now);
    }

    /// The device waits at a prompt, and has not echoed what was sent.
    fn echo_is_missing(&mut self, prompt: Prompt, text: Vec<u8>, now: Duration) {
        if let Some(exchange) = self.flight.front_mut() {
            exchange.miss_echo();
        }
        self.stand_at(prompt, text, now);
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

/// So many prompts that lines began with are remembered, the last first.
const OPENINGS_MAX: usize = 8;

/// So many lines that follow are looked for among what is echoed early.
const EARLY_MAX: usize = 16;

/// So many times the usual moment is waited for what may still come: the way may be long.
const SURE_SETTLES: u32 = 5;
