//! What one line does to a configuration.

use super::list;
use super::mode_file::{EffectFile, ListOf};
use super::mode_rules::ModeId;
use super::patterns::Pattern;
use super::rules::Rules;
use super::secrets::Same;
use super::tree::{Block, Config, Statement};

/// Where a line stands: the statements above it, and the mode that they lead to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: Vec<String>,
    pub(super) mode: Option<ModeId>,
}

/// A configuration that lines are tried on.
pub(super) struct Bench<'r> {
    pub(super) rules: &'r Rules,
    pub(super) config: Config,
    /// A configuration of the same device. What it shows as `no ...` is shown so, whatever the rules say.
    pub(super) evidence: Option<&'r Config>,
}

/// What a line did.
#[derive(Debug, Clone, Default)]
pub(super) struct Done {
    /// The statement that it speaks of.
    pub(super) path: Vec<String>,
    /// The mode that it opens.
    pub(super) opens: Option<ModeId>,
    /// All that it speaks of: a range is several statements.
    pub(super) places: Vec<Place>,
    /// Every statement that it changed.
    pub(super) touched: Vec<Vec<String>>,
    /// It leaves no trace in the configuration, or whether it stands can't be told.
    pub(super) untold: bool,
    /// It is no configuration.
    pub(super) unshown: bool,
    /// It opens or closes a bracket around changes of its section.
    pub(super) bracket: bool,
    /// It takes away what isn't shown, and might stand without being shown.
    pub(super) unsure: bool,
}

/// `no`, `default` or neither, and the rest of a line.
fn negation<'t>(rules: &Rules, text: &'t str) -> (&'static str, &'t str) {
    if rules.plain.is_match(text) {
        return ("", text);
    }
    for word in ["no ", "default "] {
        if let Some(rest) = text.strip_prefix(word) {
            return (word, rest.trim_start());
        }
    }
    ("", text)
}

impl Place {
    /// The place below these statements.
    pub(super) fn below(rules: &Rules, root: &Block, path: &[String]) -> Self {
        let mode = match path {
            [] => Some(rules.top()),
            _ => root.find(path).and_then(|statement| statement.opens),
        };
        Self {
            path: path.to_vec(),
            mode,
        }
    }

    fn of(&self, key: &str) -> Vec<String> {
        let mut path = self.path.clone();
        path.push(key.to_string());
        path
    }
}

impl Bench<'_> {
    /// Does what a line does.
    pub(super) fn apply(&mut self, place: &Place, text: &str) -> Done {
        let rules = self.rules;
        let mode = rules.mode(place.mode);
        let text = rules.delimited(&rules.tidy(place.mode, text));
        let (word, bare) = negation(rules, &text);
        if mode.unshown.is_match(&text) || bare.starts_with("do ") {
            return Done {
                unshown: true,
                ..Done::default()
            };
        }
        let lines = mode
            .shown_as(bare, word)
            .unwrap_or_else(|| vec![text.clone()]);
        let mut all = Done::default();
        for line in lines {
            let (word, bare) = negation(rules, &line);
            for one in self.each(place, bare) {
                let full = (one != bare).then(|| mode.shown_as(&one, "")).flatten();
                let one = full
                    .and_then(|lines| lines.into_iter().next())
                    .unwrap_or(one);
                let done = self.one(place, word, &one);
                all.places.push(Place {
                    path: done.path.clone(),
                    mode: done.opens,
                });
                all.touched.extend(done.touched);
                (all.path, all.opens) = (done.path, done.opens);
                all.untold |= done.untold;
                all.unsure |= done.unsure;
                all.bracket |= mode.brackets.is_match(&one);
            }
        }
        if !all.touched.is_empty() {
            self.config.root.settle_at(rules, &place.path);
        }
        all
    }

    /// The statements that a line stands for: of a range of numbers, those parts that there are.
    fn each(&self, place: &Place, text: &str) -> Vec<String> {
        let rules = self.rules;
        let mode = rules.mode(place.mode);
        let Some((ListOf::Parts, before, _, numbers)) = mode.list(text) else {
            return rules.each(place.mode, text);
        };
        let block = self.config.root.at(&place.path);
        let statements = block
            .into_iter()
            .flat_map(|block| block.statements.values());
        let part = |statement: &&Statement| match mode.list(&statement.text) {
            Some((ListOf::Parts, same, _, part)) => {
                same == before && list::is_within(part, numbers)
            }
            _ => false,
        };
        let parts: Vec<String> = statements.filter(part).map(|it| it.text.clone()).collect();
        if parts.is_empty() {
            vec![text.to_string()]
        } else {
            parts
        }
    }

    fn one(&mut self, place: &Place, word: &str, text: &str) -> Done {
        let mut done = match word {
            "" => self.set(place, text),
            _ => self.remove(place, text, word == "default "),
        };
        if !done.touched.is_empty() {
            let line = if word.is_empty() {
                text.to_string()
            } else {
                format!("no {text}")
            };
            self.effects(place, &line, &mut done.touched);
        }
        done
    }

    fn set(&mut self, place: &Place, text: &str) -> Done {
        let rules = self.rules;
        let mode = rules.mode(place.mode);
        let Some(block) = self.config.root.at_mut(&place.path) else {
            return Done::default();
        };
        let key = rules.key_in(place.mode, block, text);
        let mut done = Done {
            path: place.of(&key),
            ..Done::default()
        };
        let old = block.get(&key);
        if mode.defaults.is_match(text) || mode.is_on(text, block) {
            if block.statements.shift_remove(&key).is_some() {
                done.touched.push(done.path.clone());
            }
            return done;
        }
        let opens = mode.opened_by(text).map(|opens| opens.mode);
        done.opens = opens;
        let new = match wanted_text(rules, place, old, text, &key) {
            Some(new) => new,
            None => return self.remove_all(place, vec![key], done),
        };
        if let Some(old) = old.filter(|old| !old.negated) {
            // A section is entered by as much of its line as names it: `wlan guests` for `wlan guests 18 Guests`.
            if opens.is_some() && old.text.starts_with(&format!("{new} ")) {
                return done;
            }
            match rules.same(place.mode, &new, &old.text) {
                Same::Yes => return done,
                Same::CantTell => {
                    return Done {
                        untold: true,
                        ..done
                    };
                }
                Same::No => {}
            }
        }
        done.touched.push(done.path.clone());
        let entry = block.statements.entry(key);
        let statement = entry.or_insert_with(|| Statement::new("", false, opens));
        (statement.text, statement.negated) = (new, false);
        done
    }

    fn remove(&mut self, place: &Place, text: &str, to_default: bool) -> Done {
        let rules = self.rules;
        let mode = rules.mode(place.mode);
        let Some(block) = self.config.root.at_mut(&place.path) else {
            return Done::default();
        };
        let key = rules.key_in(place.mode, block, text);
        let mut done = Done {
            path: place.of(&key),
            ..Done::default()
        };
        if let Some(left) = shortened(rules, place, block.get(&key), text) {
            if let Some(statement) = block.statements.get_mut(&key).filter(|it| it.text != left) {
                statement.text = left;
                done.touched.push(done.path.clone());
            }
            return done;
        }
        let fixed = mode.opened_by(text).is_some_and(|opens| opens.fixed);
        let gone = if fixed {
            Vec::new()
        } else {
            named_by(
                mode.one.found(text).is_some(),
                block,
                &key,
                text,
                to_default,
            )
        };
        let mut done = self.remove_all(place, gone, done);
        let shown = self.evidence.and_then(|it| it.root.find(&place.of(&key)));
        let shown = shown.filter(|statement| statement.negated);
        if let Some(block) = self.config.root.at_mut(&place.path)
            && block.get(&key).is_none()
        {
            let itself = mode.is_on(text, block);
            let stands_unshown = itself || mode.is_on(&key, block) || shown.is_some();
            if stands_unshown && !to_default {
                let negated = if itself {
                    text
                } else {
                    shown.map_or(&key, |it| &it.text)
                };
                block
                    .statements
                    .insert(key.clone(), Statement::new(negated, true, None));
                done.touched.push(done.path.clone());
            }
            done.unsure =
                done.touched.is_empty() && !stands_unshown && !fixed && !mode.is_off(text);
        }
        done
    }

    fn remove_all(&mut self, place: &Place, keys: Vec<String>, mut done: Done) -> Done {
        let Some(block) = self.config.root.at_mut(&place.path) else {
            return done;
        };
        for key in keys {
            if let Some(gone) = block.statements.shift_remove(&key) {
                let path = place.of(&key);
                gone.block.paths(&path, &mut done.touched);
                done.touched.push(path);
            }
        }
        done
    }

    /// What a line that changed something does beside what it says.
    fn effects(&mut self, place: &Place, line: &str, touched: &mut Vec<Vec<String>>) {
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
                Pattern::new(&text)
            };
            let adds: Vec<String> = effect.adds.iter().map(|line| found.expand(line)).collect();
            let change = Change {
                removes: effect.removes.iter().filter_map(escaped).collect(),
                having: effect.having.as_ref().and_then(escaped),
                lacking: effect.lacking.as_ref().and_then(escaped),
                adds,
            };
            let own = Done::path_of(rules, place, line);
            for at in self.places(effect, place, &own, escaped) {
                self.side_effect(&at, &change, touched);
            }
        }
    }

    /// Where an effect happens.
    fn places(
        &self,
        effect: &EffectFile,
        place: &Place,
        own: &[String],
        pattern: impl Fn(&String) -> Option<Pattern>,
    ) -> Vec<Place> {
        let Some(within) = &effect.within else {
            return vec![place.clone()];
        };
        if let [only] = within.as_slice()
            && only == "self"
        {
            return vec![Place::below(self.rules, &self.config.root, own)];
        }
        let mut paths: Vec<Vec<String>> = vec![Vec::new()];
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

    fn side_effect(&mut self, at: &Place, change: &Change, touched: &mut Vec<Vec<String>>) {
        let rules = self.rules;
        let Some(block) = self.config.root.at_mut(&at.path) else {
            return;
        };
        let has = |pattern: &Pattern| {
            block
                .statements
                .values()
                .any(|it| pattern.is_match(&it.line()))
        };
        if change.having.as_ref().is_some_and(|having| !has(having))
            || change.lacking.as_ref().is_some_and(has)
        {
            return;
        }
        let doomed = |statement: &Statement| {
            change
                .removes
                .iter()
                .any(|it| it.is_match(&statement.line()))
        };
        let gone: Vec<String> = block
            .statements
            .iter()
            .filter(|(_, it)| doomed(it))
            .map(|(key, _)| key.clone())
            .collect();
        for key in gone {
            block.statements.shift_remove(&key);
            touched.push(at.of(&key));
        }
        for line in &change.adds {
            let (negated, text) = line
                .strip_prefix("no ")
                .map_or((false, line.as_str()), |it| (true, it));
            let key = rules.key(at.mode, text);
            if block.get(&key).is_none() {
                let opens = rules.mode(at.mode).opened_by(text).map(|opens| opens.mode);
                block
                    .statements
                    .insert(key.clone(), Statement::new(text, negated, opens));
                touched.push(at.of(&key));
            }
        }
        self.config.root.settle_at(rules, &at.path);
    }
}

/// What an effect does in one place.
struct Change {
    removes: Vec<Pattern>,
    having: Option<Pattern>,
    lacking: Option<Pattern>,
    adds: Vec<String>,
}

impl Done {
    /// What two lines did, or one line in two places.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.places.extend(other.places);
        self.touched.extend(other.touched);
        self.untold |= other.untold;
        self.unshown |= other.unshown;
        self.unsure |= other.unsure;
        self
    }

    fn path_of(rules: &Rules, place: &Place, line: &str) -> Vec<String> {
        let (_, bare) = negation(rules, line);
        place.of(&rules.key(place.mode, bare))
    }
}

/// A statement as it will stand: lists edited, unnumbered ones numbered. `None`: it won't stand.
fn wanted_text(
    rules: &Rules,
    place: &Place,
    old: Option<&Statement>,
    text: &str,
    key: &str,
) -> Option<String> {
    let mode = rules.mode(place.mode);
    if let Some((of, before, edit, list)) = mode.list(text) {
        let old = old
            .filter(|old| !old.negated)
            .and_then(|old| mode.list(&old.text))
            .map(|(.., list)| list);
        let new = match of {
            // Without a list all are in it, so there is nothing to add.
            ListOf::Numbers if old.is_none() && edit.trim() == "add" => None,
            ListOf::Numbers => list::edited(old, edit, list),
            ListOf::MoreNumbers => list::edited(Some(old.unwrap_or_default()), "add", list),
            ListOf::Words => Some(list::more_words(old.unwrap_or_default(), list)),
            ListOf::Each | ListOf::EachName | ListOf::Parts => return Some(text.to_string()),
        };
        return new.map(|list| format!("{before} {list}"));
    }
    if mode.numbered
        && !text.starts_with(|letter: char| letter.is_ascii_digit())
        && rules.is_counted(place.mode, text)
        && key.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some(format!("{key} {text}"));
    }
    Some(text.to_string())
}

/// A list with some of it taken away, if a line does that.
fn shortened(rules: &Rules, place: &Place, old: Option<&Statement>, text: &str) -> Option<String> {
    let mode = rules.mode(place.mode);
    let (of, before, _, list) = mode.list(text)?;
    let (.., old) = mode.list(&old?.text)?;
    let left = match of {
        ListOf::MoreNumbers => list::without(old, list)?,
        ListOf::Words => list::fewer_words(old, list)?,
        _ => return None,
    };
    Some(format!("{before} {left}"))
}

/// The statements that `no TEXT` removes: the one of that identity, or all that begin so.
fn named_by(single: bool, block: &Block, key: &str, text: &str, negated_too: bool) -> Vec<String> {
    let begins = |statement: &Statement| {
        let rest = statement.text.strip_prefix(text);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n']))
    };
    let named = |(other, statement): &(&String, &Statement)| {
        let named = if single {
            *other == key
        } else {
            *other == key || begins(statement)
        };
        named && (negated_too || !statement.negated)
    };
    block
        .statements
        .iter()
        .filter(named)
        .map(|(key, _)| key.clone())
        .collect()
}

impl Rules {
    /// A line with single blanks, except where blanks count.
    pub(super) fn tidy(&self, mode: Option<ModeId>, text: &str) -> String {
        if text.contains('\n') || self.mode(mode).verbatim.is_match(text.trim_start()) {
            return text.trim().to_string();
        }
        let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for pattern in &self.capitals {
            for range in pattern.ranges(&line) {
                if let Some(part) = line.get_mut(range) {
                    part.make_ascii_uppercase();
                }
            }
        }
        line
    }

    /// A list of numbers as it is always written here.
    pub(super) fn in_order(&self, mode: Option<ModeId>, text: String) -> String {
        match self.mode(mode).list(&text) {
            Some((of, before, "", list)) if of.is_of_numbers() => {
                let ordered = list::edited(Some(""), "add", list);
                ordered.map_or_else(|| text.clone(), |list| format!("{before} {list}"))
            }
            _ => text,
        }
    }

    /// The statements that a line stands for: one for each of a list of numbers, or itself.
    pub(super) fn each(&self, mode: Option<ModeId>, text: &str) -> Vec<String> {
        match self.mode(mode).list(text) {
            Some((ListOf::Each, before, _, list)) => {
                let numbers = list::each(list);
                numbers
                    .iter()
                    .map(|number| format!("{before} {number}"))
                    .collect()
            }
            Some((ListOf::EachName, before, _, list)) => {
                let before = before.strip_suffix("range").unwrap_or(before).trim_end();
                let names = list::each_name(list);
                names
                    .iter()
                    .map(|name| format!("{before} {name}"))
                    .collect()
            }
            _ => vec![text.to_string()],
        }
    }

    /// What identifies a statement among those of its level.
    pub(super) fn key(&self, mode: Option<ModeId>, text: &str) -> String {
        let rules = self.mode(mode);
        if let Some((of, before, ..)) = rules.list(text)
            && matches!(of, ListOf::Numbers | ListOf::MoreNumbers | ListOf::Words)
        {
            return before.to_string();
        }
        if let Some(found) = rules.one.found(text) {
            return found;
        }
        if rules.numbered
            && self.is_counted(mode, text)
            && let Some((number, _)) = text.split_once(' ')
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            return number.to_string();
        }
        self.without_secret(text)
            .unwrap_or_else(|| text.to_string())
    }

    /// The same for a statement that is to stand in this block: one that is sent without its number has
    /// that of the same statement, or the next one.
    fn key_in(&self, mode: Option<ModeId>, block: &Block, text: &str) -> String {
        let rules = self.mode(mode);
        // Releases before 16 show no numbers; then none is guessed.
        let bare = |text: &str| !text.starts_with(|letter: char| letter.is_ascii_digit());
        let unnumbered =
            |statement: &Statement| bare(&statement.text) && self.is_counted(mode, &statement.text);
        let numbered = !bare(text) || block.statements.values().any(unnumbered);
        if !rules.numbered || numbered || !self.is_counted(mode, text) {
            return self.key(mode, text);
        }
        let same = |statement: &&Statement| {
            statement
                .text
                .split_once(' ')
                .is_some_and(|(_, rest)| rest == text)
        };
        if let Some((number, _)) = block
            .statements
            .values()
            .find(same)
            .and_then(|it| it.text.split_once(' '))
        {
            return number.to_string();
        }
        let numbers = block
            .statements
            .keys()
            .filter_map(|key| key.parse::<u64>().ok());
        (numbers.max().unwrap_or_default() / 10 * 10 + 10).to_string()
    }

    /// Whether another statement of the same identity takes the place of this one.
    pub(super) fn is_single(&self, mode: Option<ModeId>, text: &str) -> bool {
        self.mode(mode).one.is_match(text)
    }

    /// Whether a statement of a numbered mode has a number: `remark` and `evaluate` too, `description` not.
    fn is_counted(&self, mode: Option<ModeId>, text: &str) -> bool {
        self.mode(mode).one.found(text).is_none()
    }
}

impl Block {
    /// The paths of all statements of this block, which is at `path`.
    fn paths(&self, path: &[String], into: &mut Vec<Vec<String>>) {
        for (key, statement) in &self.statements {
            let own = [path, std::slice::from_ref(key)].concat();
            statement.block.paths(&own, into);
            into.push(own);
        }
    }

    /// Numbers what is ordered in the block at a path.
    fn settle_at(&mut self, rules: &Rules, path: &[String]) {
        let mode = Place::below(rules, self, path).mode;
        if let Some(block) = self.at_mut(path) {
            block.rank(rules, mode);
        }
    }
}
