//! What is read of a device: the configuration itself, and what shows the part of it that the
//! configuration hides.

use super::mode_file::ReadFile;
use super::patterns::Pattern;
use super::rules::Compiler;
use crate::plan::PlanLine;

/// A command whose reply is the configuration, or stands for statements of it.
#[derive(Debug)]
pub struct Read {
    command: String,
    needed_for: Option<Pattern>,
    lines: Option<Vec<(Pattern, Vec<String>)>>,
    each: Option<(Pattern, Vec<String>)>,
    must: Vec<Pattern>,
    never: Vec<Pattern>,
}

impl Read {
    pub(super) fn compile(files: &[ReadFile], compiler: &mut Compiler<'_>) -> Vec<Self> {
        let mut read = |file: &ReadFile| {
            let lines = file.lines.as_ref().map(|lines| {
                let line = |line: &super::mode_file::ReadLineFile| {
                    Some((compiler.pattern(&line.line)?, line.is.clone()))
                };
                lines.iter().filter_map(line).collect()
            });
            let needed_for = file.needed_for.as_ref();
            let needed_for = needed_for.and_then(|it| compiler.pattern(it));
            let each = file.each.as_ref();
            let each = each.and_then(|each| Some((compiler.pattern(&each.line)?, each.is.clone())));
            let mut all = |patterns: &[String]| {
                let compiled = patterns.iter().filter_map(|it| compiler.pattern(it));
                compiled.collect::<Vec<_>>()
            };
            Self {
                needed_for,
                command: file.command.clone(),
                lines,
                each,
                must: all(&file.must),
                never: all(&file.never),
            }
        };
        files.iter().map(&mut read).collect()
    }

    /// The command.
    #[must_use]
    pub fn command(&self) -> &str {
        &self.command
    }

    /// Whether it is worth reading where these lines are wanted.
    pub(super) fn is_needed_for(&self, wanted: &[PlanLine]) -> bool {
        let needed_for = self.needed_for.as_ref();
        needed_for.is_none_or(|pattern| wanted.iter().any(|line| pattern.is_match(line.text())))
    }

    /// Whether its reply is the configuration itself.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        self.lines.is_none() && self.each.is_none()
    }

    /// What a reply lacks, or what stands in it, so that it can't be the whole truth.
    pub(super) fn flaw(&self, reply: &str) -> Option<String> {
        let lacks = self.must.iter().find(|pattern| !pattern.is_match(reply));
        if let Some(pattern) = lacks {
            return Some(format!("nothing in it is `{pattern}`"));
        }
        let told = |line: &&str| self.never.iter().any(|pattern| pattern.is_match(line));
        let line = reply.lines().map(str::trim_end).find(told)?;
        Some(format!("it says `{line}`"))
    }

    /// The lines of configuration that a reply stands for.
    pub(super) fn statements(&self, reply: &str) -> Vec<String> {
        let told = reply.lines().filter_map(|line| {
            let line = line.trim_end();
            self.lines.iter().flatten().find_map(|(pattern, is)| {
                let found = pattern.captures(line)?;
                Some(is.iter().map(|it| found.expand(it)).collect::<Vec<_>>())
            })
        });
        let mut statements: Vec<String> = told.flatten().collect();
        if let Some((pattern, is)) = &self.each {
            for found in pattern.all(reply) {
                statements.extend(is.iter().map(|it| found.expand(it)));
            }
        }
        statements
    }
}
