//! What a line does beside what it says: statements that go or come along with it.

use std::sync::Arc;

use super::apply::Bench;
use super::mode_file::EffectFile;
use super::patterns::Pattern;
use super::place::{Done, Place};
use super::tree::Statement;

impl Bench<'_> {
    /// What a line that changed something does beside what it says.
    pub(super) fn effects(&mut self, place: &Place, line: &str, touched: &mut Vec<Vec<Arc<str>>>) {
        let rules = self.rules;
        for (when, effect) in rules.mode(place.mode).effects.all(line) {
            let Some(found) = when.captures(line) else {
                continue;
            };
            let escaped = |pattern: &String| {
                let text = when.names().fold(pattern.clone(), |text, name| {
                    let value = found.name(name).unwrap_or_default();
                    text.replace(&format!("${{{name}}}"), &regex::escape(value))
                });
                rules.pattern(&text)
            };
            let adds: Vec<String> = effect.adds.iter().map(|line| found.expand(line)).collect();
            let change = Change {
                removes: effect.removes.iter().filter_map(escaped).collect(),
                having: effect.having.as_ref().and_then(escaped),
                lacking: effect.lacking.as_ref().and_then(escaped),
                adds,
                copied: self.like(place, &effect.copies),
            };
            let own = Done::path_of(rules, place, line);
            for at in self.places(effect, place, &own, escaped) {
                self.side_effect(&at, &change, touched);
            }
        }
    }

    /// What stands beside a line and matches one of these.
    fn like(&self, place: &Place, patterns: &[String]) -> Vec<(Arc<str>, Arc<Statement>)> {
        let patterns = patterns.iter().filter_map(|it| self.rules.pattern(it));
        let patterns: Vec<Arc<Pattern>> = patterns.collect();
        let beside = self
            .config
            .root
            .at(&place.path)
            .filter(|_| !patterns.is_empty());
        let statements = beside.into_iter().flat_map(|block| &block.statements);
        let alike =
            statements.filter(|(_, it)| patterns.iter().any(|like| like.is_match(&it.text)));
        alike
            .map(|(key, statement)| (Arc::clone(key), Arc::clone(statement)))
            .collect()
    }

    /// Where an effect happens.
    fn places(
        &self,
        effect: &EffectFile,
        place: &Place,
        own: &[Arc<str>],
        pattern: impl Fn(&String) -> Option<Arc<Pattern>>,
    ) -> Vec<Place> {
        let Some(within) = &effect.within else {
            return vec![place.clone()];
        };
        if let [only] = within.as_slice()
            && only == "self"
        {
            return vec![Place::below(self.rules, &self.config.root, own)];
        }
        let mut paths: Vec<Vec<Arc<str>>> = vec![Vec::new()];
        for level in within.iter().filter_map(pattern) {
            let mut deeper = Vec::new();
            for path in &paths {
                let block = self.config.root.at(path);
                let matching = block.into_iter().flat_map(|block| &block.statements);
                for (key, _) in matching.filter(|(_, statement)| level.is_match(&statement.text)) {
                    deeper.push([path.as_slice(), std::slice::from_ref(key)].concat());
                }
            }
            paths = deeper;
        }
        paths
            .iter()
            .map(|path| Place::below(self.rules, &self.config.root, path))
            .collect()
    }

    fn side_effect(&mut self, at: &Place, change: &Change, touched: &mut Vec<Vec<Arc<str>>>) {
        let rules = self.rules;
        let Some(block) = self.config.root.at(&at.path) else {
            return;
        };
        let has = |pattern: &Pattern| {
            block
                .statements
                .values()
                .any(|it| pattern.is_match(&it.line()))
        };
        if change.having.as_deref().is_some_and(|having| !has(having))
            || change.lacking.as_deref().is_some_and(has)
        {
            return;
        }
        let doomed = |statement: &Statement| {
            change
                .removes
                .iter()
                .any(|it| it.is_match(&statement.line()))
        };
        let gone: Vec<Arc<str>> = block
            .statements
            .iter()
            .filter(|(_, it)| doomed(it))
            .map(|(key, _)| Arc::clone(key))
            .collect();
        let Some(block) = self.config.root.at_mut(&at.path) else {
            return;
        };
        for key in gone {
            block.statements.shift_remove(&key);
            touched.push(at.of(&key));
        }
        for line in &change.adds {
            let (negated, text) = line
                .strip_prefix("no ")
                .map_or((false, line.as_str()), |it| (true, it));
            let key = Arc::from(rules.key(at.mode, text));
            if block.get(&key).is_none() {
                let opens = rules.mode(at.mode).opened_by(text);
                let mut statement = Statement::new(text, negated, opens);
                statement.block.statements.extend(change.copied.clone());
                touched.push(at.of(&key));
                block.statements.insert(key, Arc::new(statement));
            }
        }
        self.config.root.settle_at(rules, &at.path);
    }
}

/// What an effect does in one place.
struct Change {
    removes: Vec<Arc<Pattern>>,
    having: Option<Arc<Pattern>>,
    lacking: Option<Arc<Pattern>>,
    adds: Vec<String>,
    /// What stands in a section that is added.
    copied: Vec<(Arc<str>, Arc<Statement>)>,
}
