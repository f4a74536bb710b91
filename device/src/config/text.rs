//! The configuration as the running-config shows it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::block::{Block, Statement};
use super::order::Rank;
use crate::grammar::slot::vlan_text;
use crate::grammar::{Layer, World};
use crate::pack::{
    Bang, CONFIG, Condition, ConfigEffect, ModeId, Place, Platform, Release, StatementDef,
};

/// The columns that a line with a list of VLANs has.
const LIST_WIDTH: usize = 80;

/// Which lines are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// What differs from the defaults.
    #[default]
    Plain,
    /// Every default too (`show running-config all`).
    All,
}

/// The body of the running-config, from the first statement to the last, lines ended by LF.
#[must_use]
pub fn body(platform: &Platform, root: &Block, detail: Detail) -> String {
    let mut printer = Printer::new(platform, root);
    printer.detail = detail;
    printer.text.reserve(4096);
    printer.block(CONFIG, root, None, 0);
    printer.text
}

/// One top-level statement and what stands below it.
#[must_use]
pub fn statement(platform: &Platform, root: &Block, rank: &Rank, detail: Detail) -> Option<String> {
    let statement = root.get(rank)?;
    let mut printer = Printer::new(platform, root);
    printer.detail = detail;
    printer.statement(statement, 0);
    Some(printer.text)
}

/// The release that a configuration is of: its first line says it, else the platform.
fn release(platform: &Platform, root: &Block) -> Option<Release> {
    let written = root.iter().next().and_then(|first| first.value("version"));
    let own = || Release::parse(&platform.identity("version_config")?);
    written.and_then(Release::parse).or_else(own)
}

/// Whether a condition holds for the interface of a statement.
#[must_use]
pub fn holds(platform: &Platform, condition: Condition, interface: &Statement) -> bool {
    let name = interface.value("interface").unwrap_or_default();
    match condition {
        Condition::Physical => platform.interfaces().is_physical(name),
        Condition::Routed => layer(platform, interface) == Layer::Three,
        Condition::Switched => layer(platform, interface) == Layer::Two,
        Condition::Switchable => layer_by_default(platform, name) == Layer::Two,
    }
}

/// The layer that an interface works at.
#[must_use]
pub fn layer(platform: &Platform, interface: &Statement) -> Layer {
    let name = interface.value("interface").unwrap_or_default();
    let grammar = platform.grammar();
    let switchport = interface.block.as_ref().and_then(|block| {
        let decides = |s: &&Statement| {
            grammar
                .statement(s.definition)
                .does
                .contains(&ConfigEffect::Switchport)
        };
        block.iter().find(decides)
    });
    match switchport {
        Some(statement) if statement.negated => Layer::Three,
        Some(_) => Layer::Two,
        None => layer_by_default(platform, name),
    }
}

fn layer_by_default(platform: &Platform, name: &str) -> Layer {
    match platform.interfaces().port(name) {
        Some(port) if !name.contains('.') => port.layer,
        Some(_) => Layer::Three,
        // Without switching a port-channel is a routed one.
        None if name.starts_with("Port-channel") && !platform.has("switching") => Layer::Three,
        None => platform.interfaces().layer_of_type(name),
    }
}

pub(super) struct Printer<'p> {
    platform: &'p Platform,
    release: Option<Release>,
    root: &'p Block,
    detail: Detail,
    text: String,
    /// Of the definitions that are shown with another line, whether that is stored.
    shown_with: RefCell<BTreeMap<u32, bool>>,
}

/// A line of a block: a statement, or one that shows although nothing is stored.
pub(super) enum Entry<'a> {
    Stored(&'a Statement),
    Unstored {
        place: u16,
        kind: u16,
        line: &'a str,
    },
}

impl Entry<'_> {
    fn place(&self) -> u16 {
        match self {
            Self::Stored(statement) => statement.rank.place,
            Self::Unstored { place, .. } => *place,
        }
    }

    fn kind(&self) -> u16 {
        match self {
            Self::Stored(statement) => statement.rank.kind,
            Self::Unstored { kind, .. } => *kind,
        }
    }
}

impl<'p> Printer<'p> {
    /// A printer that has printed nothing yet.
    pub(super) fn new(platform: &'p Platform, root: &'p Block) -> Self {
        Self {
            platform,
            release: release(platform, root),
            root,
            detail: Detail::Plain,
            text: String::new(),
            shown_with: RefCell::default(),
        }
    }

    fn block(&mut self, mode: ModeId, block: &Block, owner: Option<&Statement>, indent: usize) {
        let platform = self.platform;
        let entries = self.entries(mode, block, owner);
        let mode = platform.grammar().mode(mode);
        let places = &mode.places;
        // The entries are sorted by place.
        let of = |index: usize| {
            let until = |limit| entries.partition_point(|entry| usize::from(entry.place()) < limit);
            &entries[until(index)..until(index + 1)]
        };
        let mut rest = &entries[..];
        let mut standing = mode.standing.iter().copied().peekable();
        let next = |rest: &[Entry<'_>]| rest.first().map(|entry| usize::from(entry.place()));
        while let Some(index) = next(rest).into_iter().chain(standing.peek().copied()).min()
            && let Some(place) = places.get(index)
        {
            standing.next_if_eq(&index);
            let is_here = |entry: &&Entry<'_>| usize::from(entry.place()) == index;
            let (here, later) = rest.split_at(rest.iter().take_while(is_here).count());
            rest = later;
            // Most places stand where they are in every release.
            if !place.moved {
                self.place(place, here, indent);
            } else if let Some(at) = self.stands_at(places, index) {
                self.place(place, of(at), indent);
            }
        }
        for entry in rest {
            self.entry(entry, indent);
        }
    }

    /// The place whose statements stand at this one, in the configuration's release.
    fn stands_at(&self, places: &[Place], index: usize) -> Option<usize> {
        let place = places.get(index)?;
        let same = |other: &&Place| other.name == place.name;
        let holds = |place: &&Place| {
            self.release
                .is_some_and(|now| place.before.is_some_and(|until| now < until))
        };
        // Of several earlier places the one holds that was left first.
        let earlier = places
            .iter()
            .filter(same)
            .filter(holds)
            .min_by_key(|place| place.before);
        let here = earlier.map_or(place.before.is_none(), |earlier| {
            earlier.before == place.before
        });
        let own = |other: &Place| other.name == place.name && other.before.is_none();
        here.then(|| places.iter().position(own)).flatten()
    }

    fn place(&mut self, place: &Place, entries: &[Entry<'_>], indent: usize) {
        if place.bang == Bang::Before && !entries.is_empty() {
            self.bang(indent);
        }
        let mut rest = entries;
        while let Some((entry, others)) = rest.split_first() {
            let bare = rest
                .iter()
                .map_while(|entry| self.bare_vlan(entry))
                .collect::<Vec<u16>>();
            if bare.len() > 1 {
                self.line(&format!("vlan {}", vlan_text(&bare)), indent);
                rest = &rest[bare.len()..];
            } else {
                self.entry(entry, indent);
                rest = others;
            }
            if place.bang == Bang::Each {
                self.bang(indent);
            }
        }
        if place.bang == Bang::Always || (place.bang == Bang::After && !entries.is_empty()) {
            self.bang(indent);
        }
    }

    /// The number of a VLAN that has nothing but its number; several in a row stand in one line.
    fn bare_vlan(&self, entry: &Entry<'_>) -> Option<u16> {
        let Entry::Stored(statement) = entry else {
            return None;
        };
        let definition = self.platform.grammar().statement(statement.definition);
        let bare = statement.block.as_ref().is_none_or(Block::is_empty);
        let vlan = definition.does.contains(&ConfigEffect::VlanDatabase) && bare;
        vlan.then(|| statement.value("vlan")?.parse().ok())
            .flatten()
    }

    /// The lines of a block that show, in their order.
    pub(super) fn entries<'e>(
        &self,
        mode: ModeId,
        block: &'e Block,
        owner: Option<&Statement>,
    ) -> Vec<Entry<'e>>
    where
        'p: 'e,
    {
        let shown = |s: &&Statement| self.is_shown(s);
        // Stored lines stay as the block has them; what is not stored joins them by its kind.
        let mut stored = block.iter().filter(shown).map(Entry::Stored).peekable();
        let unstored = self.unstored(mode, block, owner);
        let mut entries: Vec<Entry<'e>> = Vec::with_capacity(block.len() + unstored.len());
        for entry in unstored {
            let here = (entry.place(), entry.kind());
            entries.extend(std::iter::from_fn(|| {
                stored.next_if(|next| (next.place(), next.kind()) <= here)
            }));
            entries.push(entry);
        }
        entries.extend(stored);
        entries
    }

    fn is_shown(&self, statement: &Statement) -> bool {
        let definition = self.platform.grammar().statement(statement.definition);
        if !definition.shown {
            return false;
        }
        if definition.shown_with.is_empty()
            && !definition.does.contains(&ConfigEffect::VlanDatabase)
        {
            return true;
        }
        let built_in = matches!(
            statement.value("vlan"),
            Some("1" | "1002" | "1003" | "1004" | "1005")
        ) && definition.does.contains(&ConfigEffect::VlanDatabase)
            && statement.block.as_ref().is_none_or(Block::is_empty);
        // A VTP server too keeps VLANs above 1005 in the configuration.
        let extended = definition.does.contains(&ConfigEffect::VlanDatabase)
            && statement
                .value("vlan")
                .and_then(|vlan| vlan.parse().ok())
                .is_some_and(|vlan: u16| vlan > 1005);
        !built_in
            && (definition.shown_with.is_empty()
                || extended
                || self.is_shown_with(statement.definition, definition))
    }

    /// Whether a line is stored with which statements of this definition are shown.
    fn is_shown_with(&self, index: u32, definition: &StatementDef) -> bool {
        let stored = |line: &str| self.root.iter().any(|other| *other.line == *line);
        let mut known = self.shown_with.borrow_mut();
        *known
            .entry(index)
            .or_insert_with(|| definition.shown_with.iter().any(|line| stored(line)))
    }

    /// The lines that show, or are in force, although nothing is stored.
    fn unstored(&self, mode: ModeId, block: &Block, owner: Option<&Statement>) -> Vec<Entry<'p>> {
        let grammar = self.platform.grammar();
        let all = self.detail == Detail::All;
        let of = grammar.mode(mode);
        let mut held = BTreeMap::new();
        let mut holds = |condition: Condition| {
            let holds = || owner.is_some_and(|owner| holds(self.platform, condition, owner));
            *held.entry(condition).or_insert_with(holds)
        };
        let entry = |index: &u32| {
            let definition = grammar.statement(*index);
            let line = definition
                .absent
                .as_deref()
                .or(definition.default.as_deref().filter(|_| all))?;
            let (place, kind) = (definition.place, definition.kind);
            let stored = || block.of_kind(place, kind).next().is_some();
            let fits = definition.when.is_none_or(&mut holds);
            (fits && !stored()).then_some(Entry::Unstored { place, kind, line })
        };
        let may_show = if all { &of.unstored } else { &of.absent };
        may_show.iter().filter_map(entry).collect()
    }

    fn entry(&mut self, entry: &Entry<'_>, indent: usize) {
        match entry {
            Entry::Stored(statement) => self.statement(statement, indent),
            Entry::Unstored { line, .. } => self.line(line, indent),
        }
    }

    fn statement(&mut self, statement: &Statement, indent: usize) {
        let definition = self.platform.grammar().statement(statement.definition);
        let opens = definition
            .opens
            .map(|id| (id, self.platform.grammar().mode(id)));
        if opens.is_some_and(|(_, mode)| mode.bang == Bang::Before) {
            self.bang(indent);
        }
        if definition.does.contains(&ConfigEffect::VlanList) {
            self.vlan_lines(&statement.line, indent);
        } else {
            self.line(self.shown(definition, &statement.line), indent);
        }
        if let (Some((id, mode)), Some(block)) = (opens, &statement.block) {
            self.block(id, block, Some(statement), indent + mode.indent);
            if let Some(exit) = &mode.exit {
                let depth = if mode.exit_outdent { 0 } else { mode.indent };
                self.line(exit, indent + depth);
            }
            if matches!(mode.bang, Bang::After | Bang::Each) {
                self.bang(indent);
            }
        }
    }

    /// A list of VLANs: what does not fit into a line is added by the lines that follow.
    fn vlan_lines(&mut self, line: &str, indent: usize) {
        let (command, list) = line.rsplit_once(' ').unwrap_or((line, ""));
        let mut text = line.len() - list.len();
        let mut row = line.get(..text).unwrap_or_default().to_string();
        for vlans in list.split(',') {
            let begun = row.len() > text;
            if begun && indent + row.len() + 1 + vlans.len() > LIST_WIDTH {
                self.line(&row, indent);
                row = format!("{command} add ");
                text = row.len();
            } else if begun {
                row.push(',');
            }
            row.push_str(vlans);
        }
        self.line(&row, indent);
    }

    /// The line as the configuration's release shows it: without its number, where numbers came later.
    fn shown<'l>(&self, definition: &StatementDef, line: &'l str) -> &'l str {
        let since = self.platform.grammar().mode(definition.mode).numbers_since;
        let hidden = since.is_some_and(|since| self.release.is_some_and(|now| now < since));
        let rest = line.strip_prefix("sequence ").unwrap_or(line);
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        if hidden { rest.trim_start() } else { line }
    }

    fn line(&mut self, line: &str, indent: usize) {
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn bang(&mut self, indent: usize) {
        self.line("!", indent);
    }
}
