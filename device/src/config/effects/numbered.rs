//! Numbered lists: access lists with their remarks, prefix lists, community lists.
//!
//! From IOS-XE 17 on a remark has the number of the entry that follows it; until there is one it has none.

use super::{Applied, Edit, Statement, Typed};
use crate::pack::ConfigEffect;

impl Edit<'_, '_> {
    /// A line of a numbered list that has no number gets the next one: tens in access lists, fives in prefix lists. One
    /// that is there already keeps its number.
    pub(super) fn sequence(&mut self, typed: &mut Typed) -> Option<Applied> {
        self.pad(typed);
        self.number_first(typed);
        if let Some(number) = typed.value("sequence").map(ToString::to_string) {
            return self.taken(typed, &number);
        }
        let definition = self.definition(typed.definition);
        let (place, kind) = (definition.place, definition.kind);
        // The numbers of a list on one level are told apart by the list's name.
        let list_name = typed.value("list").map(ToString::to_string);
        let stands = list_name.is_some() || self.block().may_say(&typed.line);
        let entries = self
            .here()
            .of_kind(place, kind)
            .filter(|old| old.value("list") == list_name.as_deref());
        if stands && entries.clone().any(|old| reads(old, &typed.line)) {
            return Some(Applied::Done);
        }
        // They stand by their numbers; a remark may have none yet.
        let last = entries.rev().map(number_of).find(|number| *number > 0);
        let last = last.unwrap_or(0);
        let step: u32 = if list_name.is_some() { 5 } else { 10 };
        let next = (last / step * step + step).to_string();
        typed.set("sequence", &next);
        if definition.store.is_none() {
            let word = self.number_word(typed.definition);
            typed.line = format!("{word}{next} {}", typed.line);
        }
        match list_name {
            // Lists on the top level have no remarks.
            Some(_) => None,
            None => self.waiting_remarks(typed, &next),
        }
    }

    /// An IPv6 entry may have its number at its end; it is kept at the start.
    fn number_first(&self, typed: &mut Typed) {
        let word = self.number_word(typed.definition);
        let number = typed.value("sequence").filter(|_| !word.is_empty());
        let behind = number.map(|number| format!("{word}{number}"));
        let rest = behind
            .as_deref()
            .and_then(|behind| typed.line.strip_suffix(behind));
        if let (Some(rest), Some(behind)) = (rest, &behind) {
            typed.line = format!("{behind} {}", rest.trim_end());
        }
    }

    /// An access list has one entry of a number; another one is refused.
    fn taken(&mut self, typed: &Typed, number: &str) -> Option<Applied> {
        let definition = self.definition(typed.definition);
        if typed.value("list").is_some() {
            return None;
        }
        let rank = self.rank(definition, typed);
        let other = self
            .here()
            .get(&rank)
            .is_some_and(|old| old.value("sequence") == Some(number) && *old.line != *typed.line);
        other.then(|| {
            self.say("% Duplicate sequence number");
            Applied::Done
        })
    }

    /// Remarks that waited for an entry get its number, and stand before it.
    fn waiting_remarks(&mut self, typed: &Typed, number: &str) -> Option<Applied> {
        let grammar = self.bench.platform.grammar();
        let waits = |old: &Statement| {
            let remark = grammar
                .statement(old.definition)
                .does
                .contains(&ConfigEffect::Remark);
            remark && old.value("sequence").is_none()
        };
        // They have no number yet, so they stand in a place of their own: before or behind all that have one.
        let unnumbered = |old: &&Statement| old.value("sequence").is_none();
        let first = self.here().iter().take_while(unnumbered);
        let last = self.here().iter().rev().take_while(unnumbered);
        if !first.chain(last).any(waits) {
            return None;
        }
        let remarks = self.block().remove(waits);
        let word = self.number_word(typed.definition);
        let mut lines: Vec<String> = remarks
            .iter()
            .map(|remark| format!("{word}{number} {}", remark.line))
            .collect();
        lines.push(typed.line.clone());
        Some(Applied::Again(lines))
    }

    /// `no` without a number takes the entry that reads so; an entry takes its remarks with it.
    pub(super) fn sequence_remove(&mut self, typed: &Typed) -> Option<Applied> {
        let grammar = self.bench.platform.grammar();
        let remark = |old: &Statement| {
            grammar
                .statement(old.definition)
                .does
                .contains(&ConfigEffect::Remark)
        };
        if let Some(number) = typed.value("sequence") {
            if typed.value("list").is_some() {
                return None;
            }
            self.block()
                .remove(|old| remark(old) && old.value("sequence") == Some(number));
            return None;
        }
        let text = typed.line.replace("deny ", "deny   ");
        let same = |old: &Statement| !remark(old) && (reads(old, &typed.line) || reads(old, &text));
        for gone in self.block().remove(same) {
            let number = gone.value("sequence");
            self.block()
                .remove(|old| remark(old) && number.is_some() && old.value("sequence") == number);
        }
        Some(Applied::Done)
    }

    /// IPv4 lists set `deny` as wide as `permit`.
    fn pad(&self, typed: &mut Typed) {
        if typed.value("action") == Some("deny")
            && self.number_word(typed.definition).is_empty()
            && self.is_ipv4(typed.definition)
        {
            typed.line = typed.line.replacen("deny ", "deny   ", 1);
        }
    }

    fn is_ipv4(&self, definition: u32) -> bool {
        let mode = self.definition(definition).mode;
        let grammar = self.bench.platform.grammar();
        grammar.mode(mode).prompt.ends_with("nacl")
    }

    /// What stands before the number: `sequence 10 permit …` in IPv6 lists, `10 permit …` in others.
    fn number_word(&self, definition: u32) -> &'static str {
        let mode = self.definition(definition).mode;
        let grammar = self.bench.platform.grammar();
        match grammar.mode(mode).name.contains("ipv6") {
            true => "sequence ",
            false => "",
        }
    }
}

fn number_of(entry: &Statement) -> u32 {
    let number = entry.value("sequence");
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Whether an entry is this one, but for its number.
fn reads(entry: &Statement, text: &str) -> bool {
    entry.line.ends_with(text) && entry.unnumbered() == text
}
