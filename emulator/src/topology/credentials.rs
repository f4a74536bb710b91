//! The `credentials` and `actual` keys: users and passwords, whole or in part.

use device::Credentials;

use super::judge::{Judge, Map, Value};

/// Some of a user name, a password and an enable secret.
#[derive(Clone, Default)]
pub(super) struct Partial {
    username: Option<String>,
    password: Option<String>,
    enable: Option<String>,
}

impl Partial {
    /// Reads a mapping of the three.
    pub(super) fn read(judge: &mut Judge, value: &Value<'_>) -> Option<Self> {
        let map = judge.map(value, &["username", "password", "enable"])?;
        Some(Self {
            username: word(judge, &map, "username"),
            password: word(judge, &map, "password"),
            enable: word(judge, &map, "enable"),
        })
    }

    /// These, and where one is missing that of `other`.
    pub(super) fn or(self, other: &Self) -> Self {
        Self {
            username: self.username.or_else(|| other.username.clone()),
            password: self.password.or_else(|| other.password.clone()),
            enable: self.enable.or_else(|| other.enable.clone()),
        }
    }

    /// All three, or the names of those that are missing.
    pub(super) fn whole(self) -> Result<Credentials, String> {
        let missing: Vec<_> = [
            ("`username`", self.username.is_none()),
            ("`password`", self.password.is_none()),
            ("`enable`", self.enable.is_none()),
        ]
        .into_iter()
        .filter_map(|(name, missing)| missing.then_some(name))
        .collect();
        match (self.username, self.password, self.enable) {
            (Some(username), Some(password), Some(enable)) => Ok(Credentials {
                username,
                password,
                enable,
            }),
            _ => Err(missing.join(" and ")),
        }
    }
}

impl From<&Credentials> for Partial {
    fn from(whole: &Credentials) -> Self {
        Self {
            username: Some(whole.username.clone()),
            password: Some(whole.password.clone()),
            enable: Some(whole.enable.clone()),
        }
    }
}

/// A text that can be typed on one line. The mistake doesn't repeat it: it is a secret.
fn word(judge: &mut Judge, map: &Map<'_>, key: &str) -> Option<String> {
    let value = map.get(key)?;
    let text = judge.filled(&value)?;
    if text.chars().any(char::is_control) {
        let says = format!("the {key} has a control character");
        judge.wrong(
            &value.path,
            says,
            "use characters that can be typed on one line",
        );
        return None;
    }
    Some(text.to_string())
}
