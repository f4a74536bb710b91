//! Looks for a statement where it was found last.

use std::cell::Cell;

use super::{Block, Statement};
use crate::pack::Grammar;

/// Where a statement was found last, or would have stood. It may stand elsewhere by now.
#[derive(Debug, Default)]
pub(crate) struct Near(Cell<u32>);

impl Block {
    /// The first statement of a kind, by its name. What is asked for with each line that is typed is found without a
    /// search.
    pub(crate) fn first<'s>(
        &'s self,
        grammar: &'s Grammar,
        name: &str,
        near: &Near,
    ) -> Option<&'s Statement> {
        let mut places = grammar.places_of(name).iter();
        let (Some((place, kind)), None) = (places.next(), places.next()) else {
            return self.named(grammar, name).next();
        };
        let here = |s: &Statement| s.rank.stands(*place, *kind);
        let is_before = |at: usize| self.statements.get(at).is_some_and(|s| here(s).is_lt());
        let mut start = near.0.get() as usize;
        let begins = start.checked_sub(1).is_none_or(is_before) && !is_before(start);
        if !begins {
            start = self.statements.partition_point(|s| here(s).is_lt());
            near.0.set(u32::try_from(start).unwrap_or(u32::MAX));
        }
        let rest = self.statements.get(start..).unwrap_or_default().iter();
        let mut found = rest.map(AsRef::as_ref).take_while(|s| here(s).is_eq());
        found.find(|s| s.rank.kind == *kind)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::reader;
    use crate::pack::Packs;

    const GRAMMAR: &str = "help: {no: Negate, default: Default, before: B, host: H, key: K, after: A, name: A name}\n\
        config:\n  config:\n\
        \x20   - {syntax: \"before <name:word>\", key: [name]}\n\
        \x20   - {syntax: \"host <name:word>\", key: [], name: host, no: host}\n\
        \x20   - {syntax: \"key <name:word>\", key: [name]}\n\
        \x20   - {syntax: \"after <name:word>\", key: [name]}\n";

    #[test]
    fn it_is_found_wherever_it_has_gone_and_not_where_it_was() {
        let file = |path: &str, text: &str| (path.to_string(), text.to_string());
        let files = BTreeMap::from([
            file("p/pack.yaml", "name: p\n"),
            file("p/grammar/g.yaml", GRAMMAR),
        ]);
        let platform = Packs::load(&files)
            .unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
            .platform("p", None)
            .unwrap();
        let (grammar, near) = (platform.grammar(), Near::default());
        let mut block = platform.bare().clone();
        let changes = [
            "host one",
            "before a",
            "before b",
            "key 1",
            "host two",
            "no host",
            "no before a",
            "after z",
            "host three",
            "no after z",
            "no key 1",
            "no before b",
            "no host",
        ];
        for change in changes {
            assert_eq!(
                reader::read(&platform, &mut block, &format!("{change}\n")),
                []
            );
            for _ in 0..2 {
                let found = block.first(grammar, "host", &near);
                assert_eq!(found, block.named(grammar, "host").next(), "{change}");
            }
        }
    }
}
