//! Lines that edit a stored list: VLANs allowed on a trunk, VLANs that are snooped, numbered entries.

use super::{Applied, Edit, Rank, Typed};
use crate::grammar::slot::{vlan_ranges, vlan_text, vlans};

impl Edit<'_, '_> {
    /// Edits a stored list of VLANs: the statement's name, one of the words, and `vlans`.
    pub(super) fn vlan_list(&mut self, typed: &mut Typed) -> Option<Applied> {
        let definition = self.definition(typed.definition);
        let rank = self.rank(definition, typed);
        // Nothing stored means that every VLAN is allowed.
        let every = || (1..=4094).collect::<Vec<u16>>();
        let old = match self.stored_text(&rank).as_deref() {
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
            self.block().take(&rank);
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
        self.store(definition, rank, typed);
        Some(Applied::Done)
    }

    /// A list to which a line adds.
    pub(super) fn list_add(&mut self, typed: &mut Typed) -> Option<Applied> {
        let given = list(typed)?.to_string();
        let mut all = self.stored_list(typed);
        all.extend(vlans(&given)?);
        all.sort_unstable();
        all.dedup();
        self.set_list(typed, &given, &all);
        None
    }

    /// A list from which `no` takes away.
    pub(super) fn list_remove(&mut self, typed: &Typed) -> Option<Applied> {
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
        self.store(definition, rank, &kept);
        Some(Applied::Done)
    }

    pub(super) fn stored_list(&mut self, typed: &Typed) -> Vec<u16> {
        let definition = self.definition(typed.definition);
        let rank = self.rank(definition, typed);
        self.stored_text(&rank)
            .as_deref()
            .and_then(vlans)
            .unwrap_or_default()
    }

    /// The list of a stored statement.
    fn stored_text(&mut self, rank: &Rank) -> Option<String> {
        self.here()
            .get(rank)
            .and_then(|old| old.value("list").map(ToString::to_string))
    }

    pub(super) fn set_list(&self, typed: &mut Typed, given: &str, all: &[u16]) {
        let text = vlan_ranges(all);
        typed.line = replaced_word(&typed.line, given, &text);
        typed.set("list", &text);
    }

    /// The stored line of the same statement, without the words that a line brings.
    fn stored_words(&mut self, typed: &Typed) -> (String, Vec<String>, Vec<String>) {
        let definition = self.definition(typed.definition);
        let head = match typed.value("vrf") {
            Some(vrf) => format!("{} vrf {vrf}", definition.name),
            None => definition.name.to_string(),
        };
        let words = |line: &str| -> Vec<String> {
            line.strip_prefix(&head)
                .unwrap_or_default()
                .split_whitespace()
                .map(ToString::to_string)
                .collect()
        };
        let given = words(&typed.line);
        let rank = self.rank(definition, typed);
        let stored = self
            .here()
            .get(&rank)
            .map(|old| words(&old.line))
            .unwrap_or_default();
        (head, stored, given)
    }

    /// Words that a line adds.
    pub(super) fn words_add(&mut self, typed: &mut Typed) -> Option<Applied> {
        let (head, mut all, given) = self.stored_words(typed);
        all.extend(
            given
                .into_iter()
                .filter(|word| !all.contains(word))
                .collect::<Vec<_>>(),
        );
        typed.line = format!("{head} {}", all.join(" "));
        None
    }

    /// Words that `no` takes away; without words it takes the whole line.
    pub(super) fn words_remove(&mut self, typed: &Typed) -> Option<Applied> {
        let (head, mut left, given) = self.stored_words(typed);
        left.retain(|word| !given.contains(word));
        if given.is_empty() {
            return None;
        }
        let definition = self.definition(typed.definition);
        if left.is_empty() {
            let rank = self.rank(definition, typed);
            self.block().take(&rank);
            return Some(Applied::Done);
        }
        let line = format!("{head} {}", left.join(" "));
        let kept = Typed {
            definition: typed.definition,
            line,
            values: typed.values.clone(),
            raw: String::new(),
        };
        let rank = self.rank(definition, &kept);
        self.store(definition, rank, &kept);
        Some(Applied::Done)
    }
}

/// A line with one of its words replaced.
pub(super) fn replaced_word(line: &str, old: &str, new: &str) -> String {
    let words = line
        .split(' ')
        .map(|word| if word == old { new } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// The list of VLANs that a line gives.
pub(super) fn list(typed: &Typed) -> Option<&str> {
    typed.value("list").or_else(|| typed.value("vlan"))
}
