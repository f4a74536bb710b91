//! The rules of a platform's configuration, compiled from `running.yaml`.

use std::sync::Arc;

use yaml::Mistake;

use super::memo::Memo;
use super::mode_file::{EffectFile, ModeFile, OnFile, OpensFile};
pub use super::mode_file::{Letters, RulesFile};
use super::mode_rules::{ModeId, ModeRules, Opens};
use super::parse::LineKind;
use super::patterns::{Pattern, Patterns, Table};
use super::read::Read;
use crate::plan::{Answer, PlanLine};
use crate::secret::Secret;

/// The mode of what stands at the left margin.
pub(super) const TOP: &str = "config";

/// The rules of this name hold in every mode.
const ALL: &str = "all";

/// What must be known of a platform to read and compare its configuration. The default knows nothing and
/// compares literally.
#[derive(Debug)]
pub struct Rules {
    pub(super) reads: Vec<Read>,
    pub(super) end: Option<String>,
    letters: Letters,
    release: Option<Pattern>,
    pub(super) preamble: Patterns,
    pub(super) volatile: Patterns,
    pub(super) texts: Table<Option<Pattern>>,
    pub(super) leaves: Patterns,
    pub(super) plain: Patterns,
    pub(super) capitals: Vec<Pattern>,
    pub(super) secrets: Patterns,
    answers: Table<Answer>,
    ranks: Patterns,
    modes: Vec<ModeRules>,
    top: ModeId,
    any: ModeId,
    /// What lines are.
    pub(super) kinds: Memo<LineKind>,
    /// Patterns that came about while lines were tried.
    made: Memo<Option<Arc<Pattern>>>,
}

impl Rules {
    /// Compiles the rules of a platform: its own file, and those of the platforms it extends, nearest first.
    ///
    /// # Errors
    ///
    /// Every pattern that is none.
    pub fn compile(files: &[(String, String)]) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut merged = RulesFile::default();
        for (name, text) in files {
            match yaml::read::<RulesFile>(name, text) {
                Ok(file) => merged = merged.over(file),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        let mut compiler = Compiler::new(files, &merged);
        let rules = compiler.rules(&merged);
        mistakes.append(&mut compiler.mistakes);
        if mistakes.is_empty() {
            Ok(rules)
        } else {
            Err(mistakes)
        }
    }

    /// The commands whose replies together are the configuration, in order.
    #[must_use]
    pub fn reads(&self) -> &[Read] {
        &self.reads
    }

    /// Those of them that say something of these lines.
    #[must_use]
    pub fn reads_for(&self, wanted: &[PlanLine]) -> Vec<&Read> {
        let all = self.reads.iter();
        all.filter(|read| read.is_needed_for(wanted)).collect()
    }

    /// The line that a reply to this ends with, if that is known.
    #[must_use]
    pub fn end_of(&self, read: &Read) -> Option<&str> {
        self.end.as_deref().filter(|_| read.is_configuration())
    }

    /// What is said to letters outside ASCII.
    #[must_use]
    pub fn letters(&self) -> Letters {
        self.letters
    }

    /// The release that a reply tells.
    pub(super) fn release_in(&self, reply: &str) -> Option<String> {
        let pattern = self.release.as_ref()?;
        let mut lines = reply.lines();
        let line = lines.find(|line| pattern.is_match(line))?;
        pattern.captures(line)?.name("release").map(str::to_string)
    }

    /// The rules of a mode.
    pub(super) fn mode(&self, mode: Option<ModeId>) -> &ModeRules {
        let ModeId(index) = mode.unwrap_or(self.any);
        let any = self.modes.get(self.any.0);
        self.modes.get(index).or(any).unwrap_or(&NOTHING)
    }

    /// A pattern that came about while a line was tried: compiled once.
    pub(super) fn pattern(&self, text: &str) -> Option<Arc<Pattern>> {
        let made = self.made.of(text, |text| Pattern::new(text).map(Arc::new));
        made.as_ref().clone()
    }

    /// What is asked when a line is sent, and the answers.
    pub(super) fn answers_to(&self, text: &str) -> Vec<Answer> {
        self.answers
            .all(text)
            .map(|(_, answer)| answer.clone())
            .collect()
    }

    /// Whether a line only leaves a section.
    pub(crate) fn is_leave(&self, text: &str) -> bool {
        self.leaves.is_match(text)
            || self
                .modes
                .iter()
                .any(|mode| mode.leave.as_deref() == Some(text))
    }

    /// The section that a line leaves by its name, as far as the line says it.
    pub(super) fn section_left<'t>(&self, text: &'t str) -> Option<&'t str> {
        let (found, ()) = self.leaves.captures(text)?;
        found.name("section")
    }

    /// The mode at the left margin.
    pub(super) fn top(&self) -> ModeId {
        self.top
    }

    /// Where a definition stands in the order of dependence; what isn't named stands behind all that is.
    pub(super) fn order_of(&self, text: &str) -> usize {
        self.ranks.position(text).unwrap_or(self.ranks.len())
    }
}

/// What holds where nothing is known.
static NOTHING: std::sync::LazyLock<ModeRules> = std::sync::LazyLock::new(ModeRules::default);

impl Default for Rules {
    fn default() -> Self {
        Compiler::new(&[], &RulesFile::default()).rules(&RulesFile::default())
    }
}

/// Compiles rules and keeps the mistakes.
pub(super) struct Compiler<'a> {
    files: &'a [(String, String)],
    names: Vec<String>,
    pub(super) mistakes: Vec<Mistake>,
}

impl<'a> Compiler<'a> {
    fn new(files: &'a [(String, String)], merged: &RulesFile) -> Self {
        let mut names: Vec<String> = merged.modes.keys().cloned().collect();
        for name in [TOP, ALL] {
            if !merged.modes.contains_key(name) {
                names.push(name.to_string());
            }
        }
        Self {
            files,
            names,
            mistakes: Vec::new(),
        }
    }

    fn rules(&mut self, file: &RulesFile) -> Rules {
        // Modes that are opened and have no rules of their own are added while the others are compiled.
        let mut modes = Vec::new();
        while let Some(name) = self.names.get(modes.len()).cloned() {
            let mode = self.merged(file, &name);
            modes.push(ModeRules::compile(&name, &mode, self));
        }
        let texts = file.texts.iter().filter_map(|text| {
            let until = text.until.as_ref().map(|until| self.pattern(until));
            Some((self.pattern(&text.line)?, until.flatten()))
        });
        let texts = Table::new(texts.collect());
        Rules {
            reads: Read::compile(file.reads.as_deref().unwrap_or_default(), self),
            end: file.end.clone(),
            letters: file.letters.unwrap_or_default(),
            release: file.release.as_ref().and_then(|it| self.pattern(it)),
            preamble: self.patterns(&file.preamble),
            volatile: self.patterns(&file.volatile),
            texts,
            leaves: self.patterns(&file.leaves),
            plain: self.patterns(&file.plain),
            capitals: file
                .capitals
                .iter()
                .filter_map(|it| self.pattern(it))
                .collect(),
            secrets: self.patterns(&file.secrets),
            answers: self.answers(file),
            ranks: self.patterns(&file.order),
            modes,
            top: self.mode(TOP),
            any: self.mode(ALL),
            kinds: Memo::default(),
            made: Memo::default(),
        }
    }

    /// A mode's own rules, then those of modes that it is like, then those of all modes.
    fn merged(&self, file: &RulesFile, name: &str) -> ModeFile {
        let mut merged = file.modes.get(name).cloned().unwrap_or_default();
        let like = merged.like.clone();
        for other in like.iter().map(String::as_str).chain([ALL]) {
            if let Some(other) = file.modes.get(other).filter(|_| other != name) {
                merged = merged.over(other.clone());
            }
        }
        merged
    }

    fn answers(&mut self, file: &RulesFile) -> Table<Answer> {
        let mut answers = Vec::new();
        for answer in &file.answers {
            let line = self.pattern(&answer.line);
            match Answer::new(&answer.question, Secret::new(answer.answer.clone())) {
                Ok(said) => answers.extend(line.map(|line| (line, said))),
                Err(_) => self.refuse(&answer.question),
            }
        }
        Table::new(answers)
    }

    pub(super) fn opens(&mut self, files: &[OpensFile]) -> Table<Opens> {
        let mut rows = Vec::new();
        for file in files {
            let mode = self.mode(&file.mode);
            let opens = Opens {
                mode,
                fixed: file.fixed,
                vanishes: file.vanishes,
            };
            rows.extend(self.pattern(&file.line).map(|line| (line, opens)));
        }
        Table::new(rows)
    }

    pub(super) fn on(&mut self, files: &[OnFile]) -> Table<Option<Pattern>> {
        let mut rows = Vec::new();
        for file in files {
            let (line, beside) = match file {
                OnFile::Always(line) => (line, None),
                OnFile::While { line, beside } => (line, self.pattern(beside)),
            };
            rows.extend(self.pattern(line).map(|line| (line, beside)));
        }
        Table::new(rows)
    }

    /// An effect's other patterns are completed with groups before they are used, so they are only tried here.
    pub(super) fn effects(&mut self, files: &[EffectFile]) -> Table<EffectFile> {
        for file in files {
            let within = file.within.iter().flatten();
            let patterns = file.removes.iter().chain(within).chain(&file.having);
            let patterns = patterns.chain(&file.copies);
            for pattern in patterns.chain(&file.lacking) {
                let _ = self.pattern(&bare(pattern));
            }
        }
        self.table(files.iter().map(|file| (file.when.clone(), file.clone())))
    }

    pub(super) fn table<T>(&mut self, rows: impl Iterator<Item = (String, T)>) -> Table<T> {
        Table::new(
            rows.filter_map(|(line, what)| Some((self.pattern(&line)?, what)))
                .collect(),
        )
    }

    /// The mode of that name, which may be opened before it has rules.
    pub(super) fn mode(&mut self, name: &str) -> ModeId {
        let found = self.names.iter().position(|known| known == name);
        ModeId(found.unwrap_or_else(|| {
            self.names.push(name.to_string());
            self.names.len() - 1
        }))
    }

    pub(super) fn patterns(&mut self, patterns: &[String]) -> Patterns {
        self.table(patterns.iter().map(|pattern| (pattern.clone(), ())))
    }

    pub(super) fn pattern(&mut self, pattern: &str) -> Option<Pattern> {
        let compiled = Pattern::new(pattern);
        if compiled.is_none() {
            self.refuse(pattern);
        }
        compiled
    }

    fn refuse(&mut self, pattern: &str) {
        let place = self.files.iter().find_map(|(name, text)| {
            let line = text.lines().position(|line| line.contains(pattern))?;
            Some((name.clone(), line + 1))
        });
        let (file, line) = place.unwrap_or(("running.yaml".to_string(), 1));
        let mistake = Mistake::new(file, format!("line {line}: `{pattern}` is no pattern"));
        self.mistakes
            .push(mistake.hint("see https://docs.rs/regex for the syntax"));
    }
}

/// A pattern with a word in the place of each `${group}`.
fn bare(pattern: &str) -> String {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("${") {
        text.push_str(before);
        text.push('x');
        rest = after.split_once('}').map_or("", |(_, behind)| behind);
    }
    text + rest
}

impl RulesFile {
    /// These rules, and behind them those of the platform that this one extends.
    fn over(mut self, base: Self) -> Self {
        self.reads = self.reads.or(base.reads);
        self.end = self.end.or(base.end);
        self.letters = self.letters.or(base.letters);
        self.release = self.release.or(base.release);
        self.preamble.extend(base.preamble);
        self.volatile.extend(base.volatile);
        self.texts.extend(base.texts);
        self.leaves.extend(base.leaves);
        self.plain.extend(base.plain);
        self.capitals.extend(base.capitals);
        self.secrets.extend(base.secrets);
        self.answers.extend(base.answers);
        self.order.extend(base.order);
        for (name, mode) in base.modes {
            let own = self.modes.remove(&name).unwrap_or_default();
            self.modes.insert(name, own.over(mode));
        }
        self
    }
}

impl ModeFile {
    fn over(mut self, base: Self) -> Self {
        self.like.extend(base.like);
        self.leave = self.leave.or(base.leave);
        self.numbered = self.numbered.or(base.numbered);
        self.opens.extend(base.opens);
        self.one.extend(base.one);
        self.on.extend(base.on);
        self.off.extend(base.off);
        self.brackets.extend(base.brackets);
        self.automatic.extend(base.automatic);
        self.hides.extend(base.hides);
        self.defaults.extend(base.defaults);
        self.lists.extend(base.lists);
        self.shown.extend(base.shown);
        self.verbatim.extend(base.verbatim);
        self.ordered.extend(base.ordered);
        self.unshown.extend(base.unshown);
        self.negate.extend(base.negate);
        // Of the same event, the nearest platform says what it does.
        let own: Vec<String> = self.effects.iter().map(|it| it.when.clone()).collect();
        let others = base.effects.into_iter();
        self.effects
            .extend(others.filter(|effect| !own.contains(&effect.when)));
        self
    }
}
