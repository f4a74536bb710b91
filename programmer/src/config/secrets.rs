//! Secrets in statements: the same password looks different each time that a device hides it.

use super::list;
use super::mode_rules::ModeId;
use super::rules::Rules;
use super::secret_types;
use crate::secret::STARS;

/// Whether two statements say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Same {
    /// They do.
    Yes,
    /// They don't.
    No,
    /// They differ at most in a secret that can't be compared.
    CantTell,
}

/// A statement's secret, how it is hidden, and what stands around it.
struct Parts<'t> {
    around: String,
    hidden: &'t str,
    secret: &'t str,
}

impl Rules {
    /// Whether what is shown is what was given.
    pub(super) fn same(&self, mode: Option<ModeId>, given: &str, shown: &str) -> Same {
        if given == shown {
            return Same::Yes;
        }
        let known = self.mode(mode);
        if let (Some((of, a, _, given)), Some((_, b, _, shown))) =
            (known.list(given), known.list(shown))
        {
            let same = a == b && of.is_of_numbers() && list::each(given) == list::each(shown);
            return if same { Same::Yes } else { Same::No };
        }
        if let (Some(given), Some(shown)) = (known.hides.found(given), known.hides.found(shown))
            && given == shown
        {
            return Same::CantTell;
        }
        match (self.parts(given), self.parts(shown)) {
            (Some(given), Some(shown)) if given.around == shown.around => compare(&given, &shown),
            _ => Same::No,
        }
    }

    /// A statement with its secret blotted out: what identifies it, and what may be shown of it.
    pub(super) fn without_secret(&self, text: &str) -> Option<String> {
        self.parts(text).map(|parts| parts.around)
    }

    /// A line as it may be shown.
    pub(super) fn masked(&self, text: &str) -> String {
        let secrets = self.secrets.all(text);
        secrets.fold(text.to_string(), |text, (pattern, ())| {
            let secret = pattern
                .captures(&text)
                .and_then(|found| found.range("secret"));
            secret.map_or(text.clone(), |secret| {
                blotted(&text, secret.start, secret.end)
            })
        })
    }

    fn parts<'t>(&self, text: &'t str) -> Option<Parts<'t>> {
        let (found, ()) = self.secrets.captures(text)?;
        let secret = found.range("secret")?;
        let begin = found
            .range("type")
            .map_or(secret.start, |hidden| hidden.start);
        Some(Parts {
            around: blotted(text, begin, secret.end),
            hidden: found.name("type").unwrap_or("0"),
            secret: found.name("secret")?,
        })
    }
}

fn blotted(text: &str, begin: usize, end: usize) -> String {
    let (before, after) = (text.get(..begin), text.get(end..));
    format!(
        "{}{STARS}{}",
        before.unwrap_or_default(),
        after.unwrap_or_default()
    )
}

fn compare(given: &Parts<'_>, shown: &Parts<'_>) -> Same {
    let plain = |parts: &Parts<'_>| match parts.hidden {
        "0" => Some(parts.secret.to_string()),
        "7" => secret_types::type7(parts.secret),
        _ => None,
    };
    let same = |same: bool| if same { Same::Yes } else { Same::No };
    match (plain(given), plain(shown)) {
        (Some(given), Some(shown)) => same(given == shown),
        (Some(plain), None) => secret_types::is_hash_of(shown.hidden, shown.secret, &plain)
            .map_or(Same::CantTell, same),
        (None, None) if given.hidden == shown.hidden => same(given.secret == shown.secret),
        _ => Same::CantTell,
    }
}
