//! Who may log in: the users of the configuration, their keys, and a visitor.

use super::State;
use crate::config::Statement;
use crate::public_key;

impl State {
    /// A startup-config without the topology's user would lock its own inventory out: that user is known beside those
    /// of the configuration, as if a server knew it, and the configuration stays what the file says.
    pub(super) fn let_in(&mut self) {
        self.visitor = None;
        let credentials = self.facts.credentials.clone();
        let name = &credentials.username;
        // Nobody can tell whether a password is one that type 6 hides.
        let opens = |line: &str| !line.contains(" password 6 ");
        if !self.user(name).is_some_and(opens) {
            let hash = self.vault.hash(&credentials.password);
            self.visitor = Some(format!("username {name} privilege 15 secret 9 {hash}"));
        }
    }

    /// Whether a user's password is right.
    pub(crate) fn admits(&self, user: &str, password: &str) -> bool {
        let lines = [self.user(user), self.visitor(user)];
        lines
            .into_iter()
            .flatten()
            .any(|line| self.vault.opens(line, password))
    }

    /// The line of a user who is known beside those of the configuration.
    pub(crate) fn visitor(&self, name: &str) -> Option<&str> {
        let line = self.visitor.as_deref()?;
        (line.split(' ').nth(1) == Some(name)).then_some(line)
    }

    /// The stored line of a local user.
    pub(crate) fn user(&self, name: &str) -> Option<&str> {
        let grammar = self.platform.grammar();
        let mut users = self.config.named(grammar, "username");
        let stored = users.find(|s| s.line.split(' ').nth(1) == Some(name));
        stored.map(|s| &*s.line).or_else(|| self.visitor(name))
    }

    /// Whether a user may log in with a public key (`ip ssh pubkey-chain`), given in SSH's wire format.
    pub(crate) fn has_key(&self, user: &str, blob: &[u8]) -> bool {
        let grammar = self.platform.grammar();
        let below = |statement: &Statement| statement.block.clone().unwrap_or_default();
        let Some(chain) = self.get("ip ssh pubkey-chain").map(below) else {
            return false;
        };
        let users = chain
            .iter()
            .filter(|s| s.kind(grammar) == "username" && s.value("name") == Some(user));
        let hash = public_key::hash(blob);
        users.map(below).any(|keys| {
            keys.iter().any(|s| {
                s.value("hash")
                    .is_some_and(|known| known.eq_ignore_ascii_case(&hash))
            })
        })
    }
}
