//! The named effects of configuration statements.

use super::block::{Block, Statement};
use super::cursor::Reply;
use super::edit::{Applied, Edit, Note, Typed};
use super::order::Rank;
use crate::grammar::World;
use crate::grammar::slot::{vlan_text, vlans};
use crate::pack::{ConfigEffect, StatementDef};
use crate::public_key;

impl Edit<'_, '_> {
    /// What an effect does before its statement is stored; something returned stands in for the storing.
    pub(super) fn before(&mut self, effect: ConfigEffect, typed: &mut Typed) -> Option<Applied> {
        match effect {
            ConfigEffect::VlanList => self.vlan_list(typed),
            ConfigEffect::VlanDatabase => self.vlan_database(typed),
            ConfigEffect::InterfaceRange => self.interface_range(typed),
            ConfigEffect::Vty => self.vty(typed),
            ConfigEffect::Sequence => self.sequence(typed),
            ConfigEffect::ListAdd => self.list_add(typed),
            ConfigEffect::Banner => banner(typed),
            ConfigEffect::Certificate => {
                hexadecimal(typed);
                lines(typed, "config-pubkey", "quit")
            }
            ConfigEffect::KeyString => {
                lines(typed, "conf-ssh-pubkey-data", "exit").or_else(|| key_hash(typed))
            }
            _ => None,
        }
    }

    /// What an effect makes of the line that is about to be stored.
    pub(super) fn reshape(&mut self, effect: ConfigEffect, typed: &mut Typed) {
        if effect == ConfigEffect::Credentials {
            self.credentials(typed);
        }
    }

    /// Passwords are hidden while `service password-encryption` is on, and a user's line keeps what a new one doesn't
    /// repeat: the privilege level, or the secret.
    fn credentials(&mut self, typed: &mut Typed) {
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

    /// What an effect does before its statement is removed.
    pub(super) fn before_no(&mut self, effect: ConfigEffect, typed: &Typed) -> Option<Applied> {
        match effect {
            ConfigEffect::Interface => {
                let name = typed.value("interface").unwrap_or_default();
                let physical = self.bench.platform.interfaces().is_physical(name);
                physical.then(|| {
                    self.say("% Removal of physical interfaces is not permitted");
                    Applied::Done
                })
            }
            ConfigEffect::ListAdd => self.list_remove(typed),
            ConfigEffect::Sequence if typed.value("sequence").is_none() => {
                let same = |old: &Statement| entry_text(old) == typed.line;
                self.block().remove(same);
                Some(Applied::Done)
            }
            ConfigEffect::VlanDatabase => {
                let list = vlans(typed.value("vlan")?)?;
                let definition = self.definition(typed.definition);
                for vlan in list {
                    let mut one = self.one(typed, "vlan", &vlan.to_string());
                    one.line = format!("vlan {vlan}");
                    let rank = self.rank(definition, &one);
                    self.block().remove(|old| old.rank.same(&rank));
                }
                Some(Applied::Done)
            }
            _ => None,
        }
    }

    /// What an effect does when its statement was stored (`set`) or removed, if that changed something.
    pub(super) fn after(&mut self, effect: ConfigEffect, typed: &Typed, set: bool) {
        match effect {
            ConfigEffect::VrfForwarding => self.vrf_forwarding(typed, set),
            ConfigEffect::Switchport => self.switchport(set),
            ConfigEffect::Shutdown => {
                if let Some(name) = self.interface() {
                    self.bench.notes.push(Note::Shutdown(name, set));
                }
            }
            _ => {}
        }
    }

    /// The interface whose block this is.
    fn interface(&self) -> Option<String> {
        let rank = self.path.first()?;
        self.bench
            .root
            .get(rank)?
            .value("interface")
            .map(ToString::to_string)
    }

    fn one(&self, typed: &Typed, name: &str, value: &str) -> Typed {
        let mut one = Typed {
            definition: typed.definition,
            line: typed.line.clone(),
            values: typed.values.clone(),
            raw: typed.raw.clone(),
        };
        one.set(name, value);
        one
    }

    /// `vlan 10,20-22` makes one block each.
    fn vlan_database(&mut self, typed: &Typed) -> Option<Applied> {
        let list = vlans(typed.value("vlan")?)?;
        let definition = self.definition(typed.definition);
        let mode = definition.opens?;
        let mut ranks = Vec::new();
        for vlan in list {
            let mut one = self.one(typed, "vlan", &vlan.to_string());
            one.line = format!("vlan {vlan}");
            let rank = self.rank(definition, &one);
            self.store(definition, &rank, &one);
            ranks.push(rank);
        }
        Some(Applied::Entered(mode, ranks))
    }

    fn interface_range(&mut self, typed: &Typed) -> Option<Applied> {
        let names = self
            .bench
            .platform
            .interfaces()
            .range(typed.value("interfaces")?)?;
        let mut paths: Vec<Rank> = Vec::new();
        let mut cursor = super::Cursor::default();
        for name in names {
            cursor.take(self.bench, &format!("interface {name}"));
            paths.extend(cursor.target());
        }
        let mode = self.definition(typed.definition).opens?;
        Some(Applied::Entered(mode, paths))
    }

    /// `line vty 3 7` stands for the ranges that are stored inside it; a range that it cuts is split, and lines that are
    /// not there are made.
    fn vty(&mut self, typed: &Typed) -> Option<Applied> {
        let first: u16 = typed.value("first")?.parse().ok()?;
        let last: u16 = typed
            .value("last")
            .and_then(|last| last.parse().ok())
            .unwrap_or(first);
        let definition = self.definition(typed.definition);
        let mode = definition.opens?;
        let ends = |old: &Statement| -> Option<(u16, u16)> {
            let first = old.value("first")?.parse().ok()?;
            Some((
                first,
                old.value("last")
                    .and_then(|last| last.parse().ok())
                    .unwrap_or(first),
            ))
        };
        let (place, kind) = (definition.place, definition.kind);
        let stored: Vec<Statement> = self.block().of_kind(place, kind).cloned().collect();
        let mut ranks = Vec::new();
        let mut next = first;
        for old in stored {
            let Some((low, high)) = ends(&old) else {
                continue;
            };
            if high < first || low > last {
                continue;
            }
            if low > next {
                ranks.push(self.lines(typed, definition, (next, low - 1), None));
            }
            let pieces = [
                (low, first.saturating_sub(1)),
                (low.max(first), high.min(last)),
                (last + 1, high),
            ];
            if low < first || high > last {
                self.block().remove(|other| other.rank == old.rank);
            }
            for (index, (from, to)) in pieces
                .into_iter()
                .enumerate()
                .filter(|(_, (from, to))| from <= to)
            {
                let rank = self.lines(typed, definition, (from, to), old.block.clone());
                if index == 1 {
                    ranks.push(rank);
                }
            }
            next = high + 1;
        }
        if next <= last {
            ranks.push(self.lines(typed, definition, (next, last), None));
        }
        Some(Applied::Entered(mode, ranks))
    }

    /// Stores one range of vty lines.
    fn lines(
        &mut self,
        typed: &Typed,
        definition: &StatementDef,
        (from, to): (u16, u16),
        below: Option<Block>,
    ) -> Rank {
        let mut one = self.one(typed, "first", &from.to_string());
        one.line = if from == to {
            format!("line vty {from}")
        } else {
            format!("line vty {from} {to}")
        };
        one.values.retain(|(name, _)| &**name != "last");
        if from != to {
            one.set("last", &to.to_string());
        }
        let rank = self.rank(definition, &one);
        self.store(definition, &rank, &one);
        if let (Some(below), Some(block)) = (below, self.block().below(&rank)) {
            *block = below;
        }
        rank
    }

    /// Edits a stored list of VLANs: the statement's name, one of the words, and `vlans`.
    fn vlan_list(&mut self, typed: &mut Typed) -> Option<Applied> {
        let definition = self.definition(typed.definition);
        let rank = self.rank(definition, typed);
        let stored = self
            .block()
            .get(&rank)
            .and_then(|old| old.value("list").map(ToString::to_string));
        // Nothing stored means that every VLAN is allowed.
        let every = || (1..=4094).collect::<Vec<u16>>();
        let old = match stored.as_deref() {
            None => every(),
            Some("none") => Vec::new(),
            Some(list) => vlans(list).unwrap_or_default(),
        };
        let given = list(typed).and_then(vlans).unwrap_or_default();
        let has = |word: &str| typed.values.iter().any(|(_, value)| **value == *word);
        let new = if has("add") {
            let mut all = old;
            all.extend(&given);
            all.sort_unstable();
            all.dedup();
            all
        } else if has("remove") {
            old.into_iter()
                .filter(|vlan| !given.contains(vlan))
                .collect()
        } else if has("except") {
            every()
                .into_iter()
                .filter(|vlan| !given.contains(vlan))
                .collect()
        } else if has("none") {
            Vec::new()
        } else if has("all") {
            every()
        } else {
            given
        };
        if new.len() == 4094 {
            self.block().remove(|old| old.rank.same(&rank));
            return Some(Applied::Done);
        }
        let text = if new.is_empty() {
            "none".to_string()
        } else {
            vlan_text(&new)
        };
        typed.values.clear();
        typed.set("list", &text);
        typed.line = format!("{} {text}", definition.name);
        self.store(definition, &rank, typed);
        Some(Applied::Done)
    }

    /// A list to which a line adds.
    fn list_add(&mut self, typed: &mut Typed) -> Option<Applied> {
        let given = list(typed)?.to_string();
        let mut all = self.stored_list(typed);
        all.extend(vlans(&given)?);
        all.sort_unstable();
        all.dedup();
        self.set_list(typed, &given, &all);
        None
    }

    /// A list from which `no` takes away.
    fn list_remove(&mut self, typed: &Typed) -> Option<Applied> {
        let given = list(typed)?.to_string();
        let gone = vlans(&given)?;
        let mut left = self.stored_list(typed);
        left.retain(|vlan| !gone.contains(vlan));
        if left.is_empty() {
            return None;
        }
        let definition = self.definition(typed.definition);
        let mut kept = self.one(typed, "list", &given);
        self.set_list(&mut kept, &given, &left);
        let rank = self.rank(definition, &kept);
        self.store(definition, &rank, &kept);
        Some(Applied::Done)
    }

    fn stored_list(&mut self, typed: &Typed) -> Vec<u16> {
        let definition = self.definition(typed.definition);
        let rank = self.rank(definition, typed);
        let stored = self
            .block()
            .get(&rank)
            .and_then(|old| old.value("list").map(ToString::to_string));
        stored.as_deref().and_then(vlans).unwrap_or_default()
    }

    fn set_list(&self, typed: &mut Typed, given: &str, all: &[u16]) {
        let text = vlan_text(all);
        typed.line = replaced_word(&typed.line, given, &text);
        typed.set("list", &text);
    }

    /// A line of a numbered list that has no number gets the next one: tens in access lists, fives in prefix lists. One
    /// that is there already keeps its number.
    fn sequence(&mut self, typed: &mut Typed) -> Option<Applied> {
        if typed.value("sequence").is_some() {
            return None;
        }
        let definition = self.definition(typed.definition);
        let (place, kind) = (definition.place, definition.kind);
        // The numbers of a list on one level are told apart by the list's name.
        let list_name = typed.value("list").map(ToString::to_string);
        let entries = self
            .block()
            .of_kind(place, kind)
            .filter(|old| old.value("list") == list_name.as_deref());
        let mut last = 0;
        for old in entries {
            if entry_text(old) == typed.line {
                return Some(Applied::Done);
            }
            last = last.max(
                old.value("sequence")
                    .and_then(|number| number.parse().ok())
                    .unwrap_or(0),
            );
        }
        let step: u32 = if list_name.is_some() { 5 } else { 10 };
        let next = (last / step * step + step).to_string();
        typed.set("sequence", &next);
        if definition.store.is_none() {
            let word = if self.numbers_are_named(typed.definition) {
                "sequence "
            } else {
                ""
            };
            typed.line = format!("{word}{next} {}", typed.line);
        }
        None
    }

    /// Whether the list writes `sequence 10 permit …` (IPv6), not `10 permit …`.
    fn numbers_are_named(&self, definition: u32) -> bool {
        let mode = self.definition(definition).mode;
        self.bench
            .platform
            .grammar()
            .mode(mode)
            .name
            .contains("ipv6")
    }

    fn vrf_forwarding(&mut self, typed: &Typed, set: bool) {
        let addressed = |grammar: &crate::pack::Grammar, old: &Statement, family: &str| {
            !old.negated && grammar.kind_name(old.definition).starts_with(family)
        };
        let grammar = self.bench.platform.grammar();
        let name = self.interface().unwrap_or_default();
        let vrf = typed.value("vrf").unwrap_or_default().to_string();
        for (family, version) in [("ip address", "IPv4"), ("ipv6 address", "IPv6")] {
            let removed = self.block().remove(|old| addressed(grammar, old, family));
            if !removed.is_empty() {
                let why = if set { "enabling" } else { "disabling" };
                let text = format!(
                    "% Interface {name} {version} disabled and address(es) removed due to {why} VRF {vrf}"
                );
                self.say(&text);
            }
        }
    }

    /// A port that changes its layer loses the lines of the other one.
    fn switchport(&mut self, now_layer_two: bool) {
        let grammar = self.bench.platform.grammar();
        let gone: &[&str] = if now_layer_two {
            &[
                "ip address",
                "ipv6 address",
                "vrf forwarding",
                "ip helper-address",
            ]
        } else {
            &["switchport "]
        };
        self.block().remove(|old| {
            let name = grammar.kind_name(old.definition);
            gone.iter().any(|prefix| name.starts_with(prefix))
        });
    }
}

/// An entry of a numbered list without its number.
fn entry_text(entry: &Statement) -> &str {
    let line = entry.line.strip_prefix("sequence ").unwrap_or(&entry.line);
    match line.split_once(' ') {
        Some((number, rest)) if number.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => line,
    }
}

/// A line with one of its words replaced.
fn replaced_word(line: &str, old: &str, new: &str) -> String {
    let words = line
        .split(' ')
        .map(|word| if word == old { new } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// The list of VLANs that a line gives.
fn list(typed: &Typed) -> Option<&str> {
    typed.value("list").or_else(|| typed.value("vlan"))
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

/// The lines that a statement waits for, if they are not there yet.
fn lines(typed: &Typed, prompt: &'static str, until: &'static str) -> Option<Applied> {
    let missing = !typed.raw.contains('\n');
    missing.then(|| {
        Applied::Reply(Reply::Lines {
            line: typed.raw.clone(),
            prompt,
            until,
        })
    })
}

/// A public key that was typed in is kept as its hash. One that is no key is refused.
fn key_hash(typed: &Typed) -> Option<Applied> {
    let (first, data) = typed.raw.split_once('\n')?;
    let comment = first
        .trim()
        .strip_prefix("key-string")
        .unwrap_or_default()
        .trim();
    let body: String = data
        .lines()
        .map(str::trim)
        .filter(|line| *line != "exit")
        .collect();
    match public_key::fingerprint(&body) {
        Some((algorithm, hash)) => {
            let line = format!("key-hash {algorithm} {hash} {comment}");
            Some(Applied::Again(vec![line.trim_end().to_string()]))
        }
        None => Some(Applied::Refused("%SSH: Failed to decode the Key Value")),
    }
}

/// The lines of a certificate, as the running-config sets them.
fn hexadecimal(typed: &mut Typed) {
    let Some((first, rest)) = typed.raw.split_once('\n') else {
        return;
    };
    let words: Vec<&str> = first.split_whitespace().collect();
    let mut line = words.join(" ");
    for row in rest
        .lines()
        .map(str::trim)
        .filter(|row| !row.is_empty() && *row != "quit")
    {
        line.push_str("\n  ");
        line.push_str(row);
    }
    line.push_str("\n  \tquit");
    typed.line = line;
}

/// Text up to a delimiter, which is the first character that was typed (`^C` may be typed as two).
fn banner(typed: &mut Typed) -> Option<Applied> {
    let text = typed.value("text")?.to_string();
    let (delimiter, inside) = match text.strip_prefix("^C") {
        Some(rest) => ('\u{3}', rest.to_string()),
        None => {
            let first = text.chars().next()?;
            (first, text[first.len_utf8()..].to_string())
        }
    };
    let closing = if delimiter == '\u{3}' {
        inside.find("^C").or(inside.find('\u{3}'))
    } else {
        inside.find(delimiter)
    };
    match closing {
        Some(end) => {
            let body = inside[..end].trim_start_matches('\n').to_string();
            typed.line = format!(
                "{}^C{}^C",
                typed.line.strip_suffix(&text).unwrap_or(&typed.line),
                &inside[..end]
            );
            typed.set("text", &body);
            None
        }
        None => Some(Applied::Reply(Reply::Text {
            line: typed.raw.clone(),
            delimiter,
        })),
    }
}
