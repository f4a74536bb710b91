//! Passwords and the lines of users.

use super::{Edit, Typed};

impl Edit<'_, '_> {
    /// Passwords are hidden while `service password-encryption` is on, and a user's line keeps what a new one doesn't
    /// repeat: the privilege level, or the secret.
    pub(super) fn credentials(&mut self, typed: &mut Typed) {
        if let Some(password) = typed.value("password").map(ToString::to_string)
            && self.is_stored("service password-encryption")
        {
            let plain = format!("password 0 {password}");
            let bare = format!("password {password}");
            let hidden = format!("password 7 {}", crate::secrets::hide(&password));
            let shown = if typed.line.contains(&plain) {
                plain
            } else {
                bare
            };
            typed.line = typed.line.replace(&shown, &hidden);
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
