//! Passwords and the lines of users.

use super::{Edit, Typed};
use crate::pack::ConfigEffect;

impl Edit<'_, '_> {
    /// Hides every password that is stored in the clear.
    pub(super) fn encrypt(&mut self) {
        let platform = self.bench.platform;
        self.bench.root.rewrite(&|statement| {
            let definition = platform.grammar().statement(statement.definition);
            definition
                .does
                .contains(&ConfigEffect::Credentials)
                .then(|| hidden(&statement.line))
                .flatten()
        });
    }

    /// Passwords are hidden while `service password-encryption` is on, and a user's line keeps what a new one doesn't
    /// repeat: the privilege level, or the secret.
    pub(super) fn credentials(&mut self, typed: &mut Typed) {
        if let Some(password) = typed.value("password").map(ToString::to_string)
            && self.is_stored("service password-encryption")
        {
            typed.line = concealed(&typed.line, &password);
        }
        typed
            .values
            .retain(|(name, _)| !matches!(&**name, "password" | "secret"));
        let definition = self.definition(typed.definition);
        if &*definition.name == "username" {
            let rank = self.rank(definition, typed);
            if let Some(old) = self.block().get(&rank).map(|old| old.line.to_string()) {
                typed.line = merged(&old, &typed.line);
            }
        }
    }
}

/// A user's line with the parts of the stored one that the new one leaves out.
fn merged(old: &str, new: &str) -> String {
    let parts = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let name = words.get(1).copied().unwrap_or_default().to_string();
        let mut privilege = None;
        let mut at = 2;
        if words.get(2) == Some(&"privilege") {
            privilege = words.get(3).map(ToString::to_string);
            at = 4;
        }
        (
            name,
            privilege,
            words.get(at..).unwrap_or_default().join(" "),
        )
    };
    let (name, new_privilege, new_rest) = parts(new);
    let (_, old_privilege, old_rest) = parts(old);
    let mut line = format!("username {name}");
    if let Some(privilege) = new_privilege.or(old_privilege) {
        line.push_str(" privilege ");
        line.push_str(&privilege);
    }
    let rest = if new_rest.is_empty() {
        old_rest
    } else {
        new_rest
    };
    if !rest.is_empty() {
        line.push(' ');
        line.push_str(&rest);
    }
    line
}

/// A line with its clear secret hidden: `key 0 cisco` and `key cisco` become `key 7 …`.
fn concealed(line: &str, secret: &str) -> String {
    let hidden = format!(" 7 {}", crate::secrets::hide(secret));
    let clear = [format!(" 0 {secret}"), format!(" {secret}")];
    let found = clear
        .iter()
        .find_map(|clear| Some((line.rfind(clear.as_str())?, clear.len())));
    match found {
        Some((at, length)) => format!("{}{hidden}{}", &line[..at], &line[at + length..]),
        None => line.to_string(),
    }
}

/// The words before a secret, the longer one first where one ends as another does.
const SECRET_WORDS: &[&str] = &[
    "password ",
    "server-key ",
    "key-string ",
    "authentication-key ",
    " key ",
    "key ",
];

/// A line whose clear secret is hidden; none if there is none.
fn hidden(line: &str) -> Option<String> {
    let (before, after, word) = SECRET_WORDS.iter().find_map(|word| {
        let (before, after) = line.rsplit_once(word)?;
        Some((before, after, word))
    })?;
    let clear = match after.split_once(' ') {
        Some(("0", clear)) => clear,
        Some((kind, _)) if kind.len() == 1 && kind.bytes().all(|b| b.is_ascii_digit()) => {
            return None;
        }
        _ => after,
    };
    Some(format!("{before}{word}7 {}", crate::secrets::hide(clear)))
}
