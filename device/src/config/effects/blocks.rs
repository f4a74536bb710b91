//! Lines that stand for several blocks: VLANs, a range of interfaces, terminal lines.

use super::{Applied, Block, Edit, Rank, Statement, Typed};
use crate::config::Cursor;
use crate::grammar::World;
use crate::grammar::slot::vlans;
use crate::pack::StatementDef;

impl Edit<'_, '_> {
    /// `vlan 10,20-22` makes one block each.
    pub(super) fn vlan_database(&mut self, typed: &Typed) -> Option<Applied> {
        let list = vlans(typed.value("vlan")?)?;
        let definition = self.definition(typed.definition);
        let mode = definition.opens?;
        let mut ranks = Vec::new();
        for vlan in list {
            let mut one = self.one(typed, "vlan", &vlan.to_string());
            one.line = format!("vlan {vlan}");
            let rank = self.rank(definition, &one);
            self.store(definition, rank.clone(), &one);
            ranks.push(rank);
        }
        Some(Applied::Entered(mode, ranks))
    }

    pub(super) fn interface_range(&mut self, typed: &Typed) -> Option<Applied> {
        let names = self
            .bench
            .platform
            .interfaces()
            .range(typed.value("interfaces")?)?;
        let mut paths: Vec<Rank> = Vec::new();
        let mut cursor = Cursor::default();
        for name in names {
            cursor.take(self.bench, &format!("interface {name}"));
            paths.extend(cursor.target());
        }
        let mode = self.definition(typed.definition).opens?;
        Some(Applied::Entered(mode, paths))
    }

    /// `line vty 3 7` stands for the ranges that are stored inside it; a range that it cuts is split, and lines that are
    /// not there are made.
    pub(super) fn vty(&mut self, typed: &Typed) -> Option<Applied> {
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
            // What lies before the named lines, the named lines, what lies behind; an empty piece counts down.
            let before = if low < first {
                (low, first - 1)
            } else {
                (1, 0)
            };
            let pieces = [before, (low.max(first), high.min(last)), (last + 1, high)];
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
    pub(super) fn lines(
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
        self.store(definition, rank.clone(), &one);
        if let (Some(below), Some(block)) = (below, self.block().below(&rank)) {
            *block = below;
        }
        rank
    }
}
