//! What one line does to a configuration.

use std::borrow::Cow;
use std::sync::Arc;

use super::list;
use super::mode_file::ListOf;
use super::place::{Done, Place};
use super::rules::Rules;
use super::secrets::Same;
use super::sent::Wanted;
use super::tree::{Block, Config, Statement};

/// A configuration that lines are tried on.
pub(super) struct Bench<'r> {
    pub(super) rules: &'r Rules,
    pub(super) config: Config,
    /// A configuration of the same device. What it shows as `no ...` is shown so, whatever the rules say.
    pub(super) evidence: Option<&'r Config>,
}

impl Bench<'_> {
    /// Does what a line does.
    pub(super) fn apply(&mut self, place: &Place, text: &str) -> Done {
        let rules = self.rules;
        let sent = rules.sent(place.mode, text);
        let mut all = Done {
            unshown: sent.is_unshown,
            ..Done::default()
        };
        for line in &sent.lines {
            let parts;
            let each = match &line.each {
                Some(each) => each,
                None => {
                    parts = self.parts(place, &line.bare);
                    &parts
                }
            };
            for one in each {
                let done = self.one(place, line.word, one);
                all.places.push(Place {
                    path: done.path.clone(),
                    mode: done.opens,
                });
                all.touched.extend(done.touched);
                (all.path, all.opens) = (done.path, done.opens);
                all.untold |= done.untold;
                all.unsure |= done.unsure;
                all.bracket |= one.is_bracket;
            }
        }
        if !all.touched.is_empty() {
            self.config.root.settle_at(rules, &place.path);
        }
        all
    }

    /// Of a range of numbers, those parts that there are, or all of it.
    fn parts(&self, place: &Place, text: &str) -> Vec<Wanted> {
        let rules = self.rules;
        let mode = rules.mode(place.mode);
        let Some((_, before, _, numbers)) = mode.list(text) else {
            return Vec::new();
        };
        let block = self.config.root.at(&place.path);
        let statements = block
            .into_iter()
            .flat_map(|block| block.statements.values());
        let part = |statement: &&Arc<Statement>| match mode.list(&statement.text) {
            Some((ListOf::Parts, same, _, part)) => {
                same == before && list::is_within(part, numbers)
            }
            _ => false,
        };
        let mut parts: Vec<String> = statements.filter(part).map(|it| it.text.clone()).collect();
        if parts.is_empty() {
            parts.push(text.to_string());
        }
        let parts = parts.into_iter();
        parts
            .map(|one| rules.wanted(place.mode, text, one))
            .collect()
    }

    fn one(&mut self, place: &Place, word: &str, one: &Wanted) -> Done {
        let mut done = match word {
            "" => self.set(place, one),
            _ => self.remove(place, one, word == "default "),
        };
        if !done.touched.is_empty() {
            let line = match word {
                "" => Cow::from(&one.text),
                _ => Cow::from(format!("no {}", one.text)),
            };
            self.effects(place, &line, &mut done.touched);
        }
        done
    }

    fn set(&mut self, place: &Place, one: &Wanted) -> Done {
        let rules = self.rules;
        let Some(block) = self.config.root.at(&place.path) else {
            return Done::default();
        };
        let key = rules.key_in(place.mode, block, one);
        let mut done = Done {
            path: place.of(&key),
            ..Done::default()
        };
        let old = block.get(&key).map(Arc::as_ref);
        if one.is_default || rules.is_on(place.mode, one, block) {
            if old.is_some() {
                done.touched.push(done.path.clone());
                self.change(place, |block| block.statements.shift_remove(&key));
            }
            return done;
        }
        let opens = one.opens.as_ref();
        done.opens = opens.map(|opens| opens.mode);
        let new = match wanted_text(rules, place, old, one, &key) {
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
        self.change(place, |block| {
            block.says(key, new.into_owned(), false, opens)
        });
        done
    }

    fn remove(&mut self, place: &Place, one: &Wanted, to_default: bool) -> Done {
        let rules = self.rules;
        let mode = rules.mode(place.mode);
        let text = &one.text;
        let Some(block) = self.config.root.at(&place.path) else {
            return Done::default();
        };
        let key = rules.key_in(place.mode, block, one);
        let mut done = Done {
            path: place.of(&key),
            ..Done::default()
        };
        if let Some(old) = block.get(&key)
            && one.is_list
            && let Some(left) = shortened(rules, place, &old.text, text)
        {
            if old.text != left {
                done.touched.push(done.path.clone());
                self.change(place, |block| block.get_mut(&key).map(|it| it.text = left));
            }
            return done;
        }
        let fixed = one.opens.is_some_and(|opens| opens.fixed);
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
        if let Some(block) = self.config.root.at(&place.path)
            && block.get(&key).is_none()
        {
            let itself = rules.is_on(place.mode, one, block);
            let stands_unshown = itself || mode.is_on(&key, block) || shown.is_some();
            if stands_unshown && !to_default {
                let negated = if itself {
                    text
                } else {
                    shown.map_or(&*key, |it| &it.text)
                };
                let negated = negated.to_string();
                done.touched.push(done.path.clone());
                self.change(place, |block| block.says(key, negated, true, None));
            }
            done.unsure =
                done.touched.is_empty() && !stands_unshown && !fixed && !mode.is_off(text);
        }
        done
    }

    fn remove_all(&mut self, place: &Place, keys: Vec<Arc<str>>, mut done: Done) -> Done {
        for key in keys {
            let gone = self.change(place, |block| block.statements.shift_remove(&key));
            if let Some(gone) = gone.flatten() {
                let path = place.of(&key);
                gone.block.paths(&path, &mut done.touched);
                done.touched.push(path);
            }
        }
        done
    }

    /// Changes the block at a place, if there is one. Only now is it copied, if other configurations share it.
    fn change<T>(&mut self, place: &Place, how: impl FnOnce(&mut Block) -> T) -> Option<T> {
        self.config.root.at_mut(&place.path).map(how)
    }
}

/// A statement as it will stand: lists edited, unnumbered ones numbered. `None`: it won't stand.
fn wanted_text<'w>(
    rules: &Rules,
    place: &Place,
    old: Option<&Statement>,
    wanted: &'w Wanted,
    key: &str,
) -> Option<Cow<'w, str>> {
    let mode = rules.mode(place.mode);
    let text = wanted.text.as_str();
    if wanted.is_list
        && let Some((of, before, edit, list)) = mode.list(text)
    {
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
            ListOf::Each | ListOf::EachName | ListOf::Parts => return Some(text.into()),
        };
        return new.map(|list| format!("{before} {list}").into());
    }
    if mode.numbered
        && !text.starts_with(|letter: char| letter.is_ascii_digit())
        && rules.is_counted(place.mode, text)
        && key.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some(format!("{key} {text}").into());
    }
    Some(text.into())
}

/// A list with some of it taken away, if a line does that.
fn shortened(rules: &Rules, place: &Place, old: &str, text: &str) -> Option<String> {
    let mode = rules.mode(place.mode);
    let (of, before, _, list) = mode.list(text)?;
    let (.., old) = mode.list(old)?;
    let left = match of {
        ListOf::MoreNumbers => list::without(old, list)?,
        ListOf::Words => list::fewer_words(old, list)?,
        _ => return None,
    };
    Some(format!("{before} {left}"))
}

/// The statements that `no TEXT` removes: the one of that identity, or all that begin so.
fn named_by(
    single: bool,
    block: &Block,
    key: &str,
    text: &str,
    negated_too: bool,
) -> Vec<Arc<str>> {
    let begins = |statement: &Statement| {
        let rest = statement.text.strip_prefix(text);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n']))
    };
    let named = |(other, statement): &(&Arc<str>, &Arc<Statement>)| {
        let named = ***other == *key || (!single && begins(statement));
        named && (negated_too || !statement.negated)
    };
    block
        .statements
        .iter()
        .filter(named)
        .map(|(key, _)| Arc::clone(key))
        .collect()
}
