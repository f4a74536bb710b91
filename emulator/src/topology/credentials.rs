//! The `credentials` key: users and passwords, whole or in part.

use device::Credentials;

use super::judge::{Judge, Value};

/// Some of a user name, a password and an enable secret.
#[derive(Clone, Default)]
pub(super) struct Partial {
    username: Option<String>,
    password: Option<String>,
    enable: Option<String>,
    /// One of them was given and is wrong, which has been told.
    spoilt: bool,
}

impl Partial {
    /// Reads a mapping of the three.
    pub(super) fn read(judge: &mut Judge, value: &Value<'_>) -> Option<Self> {
        let map = judge.map(value, &["username", "password", "enable"])?;
        let mut spoilt = false;
        let mut word = |key| {
            let value = map.get(key)?;
            let word = word(judge, &value, key);
            spoilt |= word.is_none();
            word
        };
        let (username, password, enable) = (word("username"), word("password"), word("enable"));
        Some(Self {
            username,
            password,
            enable,
            spoilt,
        })
    }

    /// These, and where one is missing that of `other`.
    pub(super) fn or(self, other: &Self) -> Self {
        Self {
            username: self.username.or_else(|| other.username.clone()),
            password: self.password.or_else(|| other.password.clone()),
            enable: self.enable.or_else(|| other.enable.clone()),
            spoilt: self.spoilt || other.spoilt,
        }
    }

    /// All three, or the names of those that are missing; none of them if a mistake tells it already.
    pub(super) fn whole(self) -> Result<Credentials, String> {
        let missing = [
            ("no `username`", self.username.is_none()),
            ("no `password`", self.password.is_none()),
            ("no `enable`", self.enable.is_none()),
        ];
        match (self.username, self.password, self.enable) {
            (Some(username), Some(password), Some(enable)) => Ok(Credentials {
                username,
                password,
                enable,
            }),
            _ if self.spoilt => Err(String::new()),
            _ => {
                let names = missing
                    .into_iter()
                    .filter_map(|(name, gone)| gone.then_some(name));
                Err(names.collect::<Vec<_>>().join(" and "))
            }
        }
    }
}

/// A text that can be typed on one line. The mistake doesn't repeat it: it is a secret.
fn word(judge: &mut Judge, value: &Value<'_>, key: &str) -> Option<String> {
    let text = judge.filled(value)?;
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
