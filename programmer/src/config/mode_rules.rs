//! The rules of one mode, compiled: what a line means there.

use regex::{Captures, Regex};

use super::mode_file::{EffectFile, ListOf, ModeFile};
use super::rules::Compiler;

/// A mode, by its place among the rules' modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ModeId(pub(super) usize);

/// What holds in one mode.
#[derive(Debug, Default)]
pub(super) struct ModeRules {
    pub(super) name: String,
    pub(super) leave: Option<String>,
    pub(super) numbered: bool,
    pub(super) opens: Vec<Opens>,
    pub(super) one: Patterns,
    pub(super) on: Patterns,
    pub(super) defaults: Patterns,
    pub(super) lists: Vec<(Regex, ListOf)>,
    pub(super) shown: Vec<Shown>,
    pub(super) verbatim: Patterns,
    pub(super) ordered: Patterns,
    pub(super) unshown: Patterns,
    pub(super) negate: Vec<(Regex, String)>,
    pub(super) effects: Vec<Effect>,
}

/// A line that opens a mode.
#[derive(Debug, Clone)]
pub(super) struct Opens {
    pub(super) line: Regex,
    pub(super) mode: ModeId,
    pub(super) fixed: bool,
    pub(super) vanishes: bool,
}

/// What a line is shown as.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    line: Regex,
    shown: Vec<String>,
    /// Looks at the line with its `no`.
    whole: bool,
}

/// What a line does beside what it says.
#[derive(Debug, Clone)]
pub(super) struct Effect {
    pub(super) when: Regex,
    pub(super) file: EffectFile,
}

/// Some patterns; the first one that matches counts.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns(Vec<Regex>);

impl ModeRules {
    pub(super) fn compile(name: &str, file: &ModeFile, compiler: &mut Compiler<'_>) -> Self {
        let opens = file.opens.iter().filter_map(|opens| {
            Some(Opens {
                line: compiler.pattern(&opens.line)?,
                mode: compiler.mode(&opens.mode),
                fixed: opens.fixed,
                vanishes: opens.vanishes,
            })
        });
        let opens = opens.collect();
        Self {
            name: name.to_string(),
            leave: file.leave.clone(),
            numbered: file.numbered.unwrap_or_default(),
            opens,
            one: compiler.patterns(&file.one),
            on: compiler.patterns(&file.on),
            defaults: compiler.patterns(&file.defaults),
            lists: each(&file.lists, |list| {
                Some((compiler.pattern(&list.line)?, list.of))
            }),
            shown: each(&file.shown, |shown| {
                Some(Shown {
                    whole: shown.line.starts_with("^no ") || shown.line.starts_with("^default "),
                    line: compiler.pattern(&shown.line)?,
                    shown: shown.shown.clone(),
                })
            }),
            verbatim: compiler.patterns(&file.verbatim),
            ordered: compiler.patterns(&file.ordered),
            unshown: compiler.patterns(&file.unshown),
            negate: each(&file.negate, |negate| {
                Some((compiler.pattern(&negate.line)?, negate.with.clone()))
            }),
            effects: each(&file.effects, |effect| {
                let when = compiler.pattern(&effect.when)?;
                compiler.effect(effect);
                Some(Effect {
                    when,
                    file: effect.clone(),
                })
            }),
        }
    }

    /// The mode that a line opens.
    pub(super) fn opened_by(&self, text: &str) -> Option<&Opens> {
        self.opens.iter().find(|opens| opens.line.is_match(text))
    }

    /// The list that a statement ends with: what stands before it, how it is edited, and what it is of.
    pub(super) fn list<'t>(&self, text: &'t str) -> Option<(ListOf, &'t str, &'t str, &'t str)> {
        self.lists.iter().find_map(|(line, of)| {
            let found = line.captures(text)?;
            let list = found.name("list")?;
            let edit = found.name("edit");
            let begin = edit.map_or(list.start(), |edit| edit.start());
            let before = text.get(..begin)?.trim_end();
            Some((
                *of,
                before,
                edit.map_or("", |it| it.as_str()),
                list.as_str(),
            ))
        })
    }

    /// What a line is shown as, if not as itself. `negated` lines are tried with their `no` too.
    pub(super) fn shown_as(&self, text: &str, negation: &str) -> Option<Vec<String>> {
        let whole = format!("{negation}{text}");
        self.shown.iter().find_map(|rule| {
            let line = if rule.whole { whole.as_str() } else { text };
            let found = rule.line.captures(line)?;
            let lines = rule.shown.iter().map(|shown| {
                let shown = expand(&found, shown);
                let rest = found
                    .get(0)
                    .and_then(|all| line.get(all.end()..))
                    .unwrap_or_default();
                let before = if rule.whole { "" } else { negation };
                format!("{before}{shown}{rest}")
            });
            Some(lines.collect())
        })
    }

    /// Whether any rule speaks of such a line.
    pub(super) fn knows(&self, text: &str) -> bool {
        let sets = [
            &self.one,
            &self.on,
            &self.defaults,
            &self.ordered,
            &self.verbatim,
        ];
        sets.iter().any(|set| set.is_match(text))
            || self.opened_by(text).is_some()
            || self.list(text).is_some()
    }

    /// How a statement is negated.
    pub(super) fn negation(&self, text: &str) -> String {
        let told = self.negate.iter().find_map(|(line, with)| {
            let found = line.captures(text)?;
            Some(expand(&found, with))
        });
        told.unwrap_or_else(|| format!("no {text}"))
    }
}

impl Patterns {
    pub(super) fn new(patterns: Vec<Regex>) -> Self {
        Self(patterns)
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.0.iter().any(|pattern| pattern.is_match(text))
    }

    /// What the first pattern that matches finds: its groups, or all that it matches.
    pub(super) fn found(&self, text: &str) -> Option<String> {
        self.0.iter().enumerate().find_map(|(index, pattern)| {
            let found = pattern.captures(text)?;
            if found.len() == 1 {
                return found.get(0).map(|all| all.as_str().trim_end().to_string());
            }
            let groups: Vec<&str> = found
                .iter()
                .skip(1)
                .flatten()
                .map(|it| it.as_str())
                .collect();
            Some(format!("{index}:{}", groups.join(" ")))
        })
    }
}

/// A template with the groups of a match in the place of `${name}`.
pub(super) fn expand(found: &Captures<'_>, template: &str) -> String {
    let mut text = String::new();
    found.expand(template, &mut text);
    text
}

fn each<T, U>(files: &[T], mut compile: impl FnMut(&T) -> Option<U>) -> Vec<U> {
    files.iter().filter_map(&mut compile).collect()
}
