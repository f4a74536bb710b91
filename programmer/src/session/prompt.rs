//! Tells a prompt from other text: by its form, and once the hostname is known, by that.
//!
//! A device shows the same few prompts hundreds of times. Each is searched for its hostname and mode once; after that
//! it is known by its bytes.

use std::sync::Arc;

use crate::packs::Expect;

/// A longer last line is no prompt; so a line that grows byte by byte isn't matched again and again.
const PROMPT_BYTES_MAX: usize = 160;

/// So many prompts are remembered, the last that was new first: a device has as many as it has modes, and more are
/// no harm.
const KNOWN_MAX: usize = 16;

/// A prompt that the device waits at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prompt {
    /// As it is shown.
    text: Vec<u8>,
    /// The hostname it shows, which may be cut.
    host: Vec<u8>,
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// `edge-1>` or `edge-1#`
    Exec {
        /// Whether the prompt may configure.
        privileged: bool,
    },
    /// `edge-1(config-if)#`
    Config {
        /// `config-if`
        mode: Arc<str>,
    },
}

impl Prompt {
    /// The prompt that a text is, of whatever device.
    fn of(text: &[u8], expect: &Expect) -> Option<Self> {
        if text.is_empty() || text.len() > PROMPT_BYTES_MAX {
            return None;
        }
        let (host, place) = match expect.config.captures(text) {
            Some(found) => {
                let mode = String::from_utf8_lossy(found.name("mode")?.as_bytes()).into();
                (found.name("host")?, Place::Config { mode })
            }
            None => {
                let found = expect.exec.captures(text)?;
                let privileged = expect.privileged.is_match(text);
                (found.name("host")?, Place::Exec { privileged })
            }
        };
        Some(Self {
            text: text.to_vec(),
            host: host.as_bytes().to_vec(),
            place,
        })
    }

    /// Whether it is one of the device of this name, if that is known.
    pub(super) fn is_of(&self, host: Option<&[u8]>, expect: &Expect) -> bool {
        host.is_none_or(|host| match self.place {
            Place::Config { .. } => self.host == cut(host, expect.config_host_chars),
            Place::Exec { .. } => self.host == host,
        })
    }

    /// The prompt as it is shown.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The hostname that it shows.
    pub(super) fn host(&self) -> &[u8] {
        &self.host
    }

    /// The mode that it shows, in configuration mode.
    pub(super) fn mode(&self) -> Option<&Arc<str>> {
        match &self.place {
            Place::Config { mode } => Some(mode),
            Place::Exec { .. } => None,
        }
    }

    /// Whether it may configure, or does.
    pub(super) fn is_privileged(&self) -> bool {
        !matches!(self.place, Place::Exec { privileged: false })
    }
}

/// The prompts that a device has shown.
#[derive(Debug, Default)]
pub(super) struct Prompts {
    known: Vec<Arc<Prompt>>,
    /// Those that lines began with.
    openings: Vec<Arc<Prompt>>,
}

impl Prompts {
    /// The prompt that a text is, of whatever device.
    pub(super) fn of(&mut self, text: &[u8], expect: &Expect) -> Option<Arc<Prompt>> {
        let known = self.known.iter().find(|known| known.text == text);
        if let Some(known) = known {
            return Some(Arc::clone(known));
        }
        let prompt = Arc::new(Prompt::of(text, expect)?);
        remember(&mut self.known, &prompt);
        Some(prompt)
    }

    /// The prompt of a device of this name that a line begins with. Most lines begin with one that others began with:
    /// no shorter text was a prompt there, and so none is here.
    pub(super) fn before(
        &mut self,
        line: &[u8],
        expect: &Expect,
        host: Option<&[u8]>,
    ) -> Option<Arc<Prompt>> {
        let is_here =
            |known: &&Arc<Prompt>| line.starts_with(&known.text) && known.is_of(host, expect);
        if let Some(known) = self.openings.iter().find(is_here) {
            return Some(Arc::clone(known));
        }
        let prompt = self.search_before(line, expect, host)?;
        remember(&mut self.openings, &prompt);
        Some(prompt)
    }

    fn search_before(
        &mut self,
        line: &[u8],
        expect: &Expect,
        host: Option<&[u8]>,
    ) -> Option<Arc<Prompt>> {
        let named = cut(host?, expect.config_host_chars);
        if !line.starts_with(named) {
            return None;
        }
        let ends = (named.len()..line.len().min(PROMPT_BYTES_MAX))
            .filter(|at| line.get(*at).is_some_and(u8::is_ascii_punctuation));
        // A blank belongs to the prompt where the platform says so.
        let mut texts = ends
            .flat_map(|at| [at + 1, at + 2])
            .filter_map(|end| line.get(..end));
        texts.find_map(|text| {
            self.of(text, expect)
                .filter(|prompt| prompt.is_of(host, expect))
        })
    }
}

fn remember(known: &mut Vec<Arc<Prompt>>, prompt: &Arc<Prompt>) {
    known.truncate(KNOWN_MAX - 1);
    known.insert(0, Arc::clone(prompt));
}

fn cut(host: &[u8], chars: usize) -> &[u8] {
    host.get(..chars).unwrap_or(host)
}
