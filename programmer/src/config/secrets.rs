//! Secrets in statements: the same password looks different each time that a device hides it.

use super::rules::Rules;
use super::secret_types;

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
    pub(super) fn same(&self, given: &str, shown: &str) -> Same {
        if given == shown {
            return Same::Yes;
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
        let masked = self.secrets.iter().fold(text.to_string(), |text, pattern| {
            let Some(secret) = pattern
                .captures(&text)
                .and_then(|found| found.name("secret"))
            else {
                return text.clone();
            };
            format!(
                "{}{}{}",
                &text[..secret.start()],
                crate::secret::STARS,
                &text[secret.end()..]
            )
        });
        masked
    }

    fn parts<'t>(&self, text: &'t str) -> Option<Parts<'t>> {
        let found = self
            .secrets
            .iter()
            .find_map(|pattern| pattern.captures(text))?;
        let secret = found.name("secret")?;
        let hidden = found.name("type");
        let begin = hidden.map_or(secret.start(), |hidden| hidden.start());
        Some(Parts {
            around: format!(
                "{}{}{}",
                &text[..begin],
                crate::secret::STARS,
                &text[secret.end()..]
            ),
            hidden: hidden.map_or("0", |hidden| hidden.as_str()),
            secret: secret.as_str(),
        })
    }
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
