//! Tells a prompt from other text: by its form, and once the hostname is known, by that.

use crate::packs::Expect;

/// A longer last line is no prompt; so a line that grows byte by byte isn't matched again and again.
const PROMPT_BYTES_MAX: usize = 160;

/// A prompt that the device waits at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Prompt {
    /// `edge-1>` or `edge-1#`
    Exec {
        /// Whether the prompt may configure.
        privileged: bool,
        /// The hostname it shows.
        host: Vec<u8>,
    },
    /// `edge-1(config-if)#`
    Config {
        /// `config-if`
        mode: String,
        /// The hostname it shows, which may be cut.
        host: Vec<u8>,
    },
}

impl Prompt {
    /// The prompt that the last line is. With a known hostname, only that device's prompts count.
    pub(super) fn of(line: &[u8], expect: &Expect, host: Option<&[u8]>) -> Option<Self> {
        if line.is_empty() || line.len() > PROMPT_BYTES_MAX {
            return None;
        }
        let prompt = match expect.config.captures(line) {
            Some(found) => Self::Config {
                mode: String::from_utf8_lossy(found.name("mode")?.as_bytes()).into_owned(),
                host: found.name("host")?.as_bytes().to_vec(),
            },
            None => Self::Exec {
                host: expect
                    .exec
                    .captures(line)?
                    .name("host")?
                    .as_bytes()
                    .to_vec(),
                privileged: expect.privileged.is_match(line),
            },
        };
        prompt.is_of(host, expect).then_some(prompt)
    }

    /// Whether it is one of the device of this name, if that is known.
    pub(super) fn is_of(&self, host: Option<&[u8]>, expect: &Expect) -> bool {
        host.is_none_or(|host| match self {
            Self::Config { host: shown, .. } => shown == cut(host, expect.config_host_chars),
            Self::Exec { host: shown, .. } => shown == host,
        })
    }

    /// The hostname that it shows.
    pub(super) fn host(&self) -> &[u8] {
        let (Self::Exec { host, .. } | Self::Config { host, .. }) = self;
        host
    }

    /// The prompt of a device of this name that a line begins with, and its text.
    pub(super) fn before<'l>(
        line: &'l [u8],
        expect: &Expect,
        host: Option<&[u8]>,
    ) -> Option<(Self, &'l [u8])> {
        let named = cut(host?, expect.config_host_chars);
        if !line.starts_with(named) {
            return None;
        }
        let ends = (named.len()..line.len().min(PROMPT_BYTES_MAX))
            .filter(|at| line.get(*at).is_some_and(u8::is_ascii_punctuation));
        // A blank belongs to the prompt where the platform says so.
        ends.flat_map(|at| [at + 1, at + 2])
            .filter_map(|end| line.get(..end))
            .find_map(|text| Some((Self::of(text, expect, host)?, text)))
    }
}

fn cut(host: &[u8], chars: usize) -> &[u8] {
    host.get(..chars).unwrap_or(host)
}
