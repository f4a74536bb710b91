//! Secrets, and how they stay out of everything that is printed.
//!
//! A [`Secret`] never shows itself: `Debug` prints four stars, and there is no `Display`. A [`Mask`] knows
//! the secrets of one device and replaces them in text that leaves the program. What is typed at a
//! password prompt is masked by its position as well (see [`crate::session`]), so a secret too short for
//! the mask is not shown there either.

use std::fmt;

/// What stands in the place of a secret, whatever its length.
pub const STARS: &str = "****";

/// A value shorter than this is not searched for: it would blot out ordinary text.
pub(crate) const MASKED_CHARS_MIN: usize = 4;

/// A password, key or community: usable, never printable.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one place that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(STARS)
    }
}

/// The secrets that one device's output may contain.
#[derive(Clone, Default, Debug)]
pub struct Mask {
    secrets: Vec<Secret>,
}

impl Mask {
    /// A mask over these secrets; longer ones are masked first, so that none leaves a tail.
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let mut secrets: Vec<Secret> = secrets
            .into_iter()
            .filter(|secret| secret.0.chars().count() >= MASKED_CHARS_MIN)
            .collect();
        secrets.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        secrets.dedup();
        Self { secrets }
    }

    /// The secrets that are searched for.
    pub(crate) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// The text with every secret replaced.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_string(), |text, secret| {
            text.replace(&secret.0, STARS)
        })
    }

    /// The bytes with every secret replaced.
    #[must_use]
    pub fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.secrets.iter().fold(bytes.to_vec(), |bytes, secret| {
            replace(&bytes, secret.0.as_bytes())
        })
    }
}

fn replace(bytes: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut masked = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        if let Some(after) = rest.strip_prefix(secret) {
            masked.extend_from_slice(STARS.as_bytes());
            rest = after;
        } else {
            masked.push(*first);
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows_itself() {
        assert_eq!(format!("{:?}", Secret::new("C1sco12345")), "****");
    }

    #[test]
    fn every_occurrence_is_masked_and_the_longest_first() {
        let mask = Mask::new([Secret::new("cisco"), Secret::new("cisco123")]);
        assert_eq!(mask.text("a cisco123 b cisco c"), "a **** b **** c");
        assert_eq!(
            mask.bytes(b"a cisco123 b \xff cisco"),
            b"a **** b \xff ****"
        );
    }

    #[test]
    fn a_value_of_three_letters_would_blot_out_ordinary_text() {
        assert_eq!(Mask::new([Secret::new("ip")]).text("ip route"), "ip route");
    }
}
