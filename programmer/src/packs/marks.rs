//! The marks in a template: what a line needs beside its text.
//!
//! - `=> config-if` at the end of a line says which mode the line leads to. A line without it leaves the mode as
//!   it is.
//! - `<MLTCMD>` ... `</MLTCMD>` is one command of several lines: a banner, a certificate.
//! - `#INTERACTIVE` ... `#ENDS_INTERACTIVE` holds lines that ask: `command<IQ>question<R>answer`, once or more. The
//!   question is a pattern; an empty answer is Enter.
//! - `#ORDER 60` begins a part with a place of its own in the push; a writer's own order holds above the first.
//!   `#ORDER -60` takes something away: the part goes where a delete of that place does.
//! - `#MODE_ENABLE` ... `#MODE_END_ENABLE` holds commands of EXEC. `#MODE_CONFIG` ends such a block too.
//!
//! All but the arrow and the order are as Catalyst Center's templates have them. All are found in the template's own text before
//! any value is put in, so that a value which happens to hold one changes nothing.

use std::sync::LazyLock;

use regex::Regex;

/// Stands between a rendered line and its mode; no value may hold it, because it is a control character.
const MODE: char = '\u{1}';
const QUESTION: char = '\u{2}';
const ANSWER: char = '\u{3}';
const OPEN: char = '\u{4}';
const CLOSE: char = '\u{5}';
/// Begins a line that is a directive; the letter behind it says which.
const DIRECTIVE: char = '\u{6}';
/// Stands for a line's end within a value; only a command of several lines may hold it.
pub(super) const LINE_END: char = '\u{e}';

/// Questions that one command may ask; more are a mistake.
const QUESTIONS_MAX: usize = 16;

/// One line of a rendered template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marked {
    /// How deep it stands, for people.
    pub(super) depth: usize,
    /// Its text; a command of several lines has their ends in it.
    pub(super) text: String,
    /// The mode that it leads to, if it says so.
    pub(super) mode: Option<String>,
    /// It is sent at the EXEC prompt.
    pub(super) exec: bool,
    /// Its place in the push, if it isn't the writer's.
    pub(super) order: Option<i64>,
    /// The questions that it asks, as patterns, and their answers.
    pub(super) answers: Vec<(String, String)>,
}

#[allow(
    clippy::expect_used,
    reason = "the pattern is a constant, and a test compiles it"
)]
static ARROW: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)[ \t]*=>[ \t]*(\{\{[^\n]*\}\}|[a-z][a-z0-9+-]*)[ \t]*$")
        .expect("a constant pattern")
});

#[allow(
    clippy::expect_used,
    reason = "the pattern is a constant, and a test compiles it"
)]
static BLOCK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^[ \t]*#(MODE_ENABLE|MODE_END_ENABLE|MODE_CONFIG|INTERACTIVE|ENDS_INTERACTIVE)[ \t]*$")
        .expect("a constant pattern")
});

#[allow(
    clippy::expect_used,
    reason = "the pattern is a constant, and a test compiles it"
)]
static ORDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^[ \t]*#ORDER[ \t]+(-?[0-9]{1,4})[ \t]*$").expect("a constant pattern")
});

/// Replaces a writer's marks by some that no value can forge.
pub(super) fn mark(template: &str) -> String {
    let arrows = ARROW.replace_all(template, format!("{MODE}$1"));
    mark_raw(&ORDER.replace_all(&arrows, format!("{DIRECTIVE}O$1")))
}

/// The same for a raw template, which names no modes.
pub(super) fn mark_raw(template: &str) -> String {
    let directive = |found: &regex::Captures<'_>| {
        let letter = match &found[1] {
            "MODE_ENABLE" => 'E',
            "INTERACTIVE" => 'I',
            "ENDS_INTERACTIVE" => 'i',
            _ => 'e',
        };
        format!("{DIRECTIVE}{letter}")
    };
    BLOCK
        .replace_all(template, directive)
        .replace("<MLTCMD>", &OPEN.to_string())
        .replace("</MLTCMD>", &CLOSE.to_string())
        .replace("<IQ>", &QUESTION.to_string())
        .replace("<R>", &ANSWER.to_string())
}

/// The lines of a rendered template, or what is wrong with its marks.
pub(super) fn lines(rendered: &str) -> Result<Vec<Marked>, String> {
    let mut reader = Reader::default();
    for line in rendered.lines() {
        reader.line(line)?;
    }
    reader.finish()
}

/// Reads rendered lines one after the other.
#[derive(Default)]
struct Reader {
    lines: Vec<Marked>,
    order: Option<i64>,
    exec: bool,
    interactive: bool,
    /// The command of several lines that is open, and how deep it stands.
    open: Option<(usize, String)>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some((depth, text)) = self.open.take() {
            return self.more(depth, format!("{text}\n{line}"));
        }
        let depth = line.chars().take_while(|letter| *letter == ' ').count();
        let line = line.trim();
        if let Some(letter) = line.strip_prefix(DIRECTIVE) {
            return self.directive(letter);
        }
        match line.split_once(OPEN) {
            Some(("", text)) => self.more(depth, text.trim_start().to_string()),
            Some((before, _)) => Err(format!(
                "`{before}` stands before <MLTCMD>; begin a new line with it"
            )),
            None if line.contains(CLOSE) => Err("</MLTCMD> stands without <MLTCMD>".into()),
            None if line.is_empty() => Ok(()),
            None => self.command(depth, line),
        }
    }

    /// A command of several lines goes on, or ends.
    fn more(&mut self, depth: usize, text: String) -> Result<(), String> {
        if text.contains(OPEN) {
            return Err("<MLTCMD> stands inside <MLTCMD>".into());
        }
        let Some((text, rest)) = text.split_once(CLOSE) else {
            self.open = Some((depth, text));
            return Ok(());
        };
        let mode = match rest.trim().split_once(MODE) {
            Some(("", mode)) => Some(mode.to_string()),
            None if rest.trim().is_empty() => None,
            _ => {
                return Err(format!(
                    "`{}` stands behind </MLTCMD>; write it in a line of its own",
                    rest.trim()
                ));
            }
        };
        if text.contains([QUESTION, ANSWER]) {
            return Err("<IQ> stands inside <MLTCMD>".into());
        }
        let text = text.replace(LINE_END, "\n");
        self.push(
            depth,
            text.trim_end_matches('\n').to_string(),
            mode,
            Vec::new(),
        )
    }

    fn directive(&mut self, letter: &str) -> Result<(), String> {
        if let Some(order) = letter.strip_prefix('O') {
            self.order = order.parse().ok();
            return Ok(());
        }
        match letter {
            "E" => self.exec = true,
            "I" if self.interactive => return Err("#INTERACTIVE stands inside #INTERACTIVE".into()),
            "I" => self.interactive = true,
            "i" if !self.interactive => {
                return Err("#ENDS_INTERACTIVE stands without #INTERACTIVE".into());
            }
            "i" => self.interactive = false,
            _ => self.exec = false,
        }
        Ok(())
    }

    fn command(&mut self, depth: usize, line: &str) -> Result<(), String> {
        let (line, mode) = match line.split_once(MODE) {
            Some((text, mode)) => (text, Some(mode.to_string())),
            None => (line, None),
        };
        if line.contains(LINE_END) {
            return Err("a text of several lines stands outside <MLTCMD>".into());
        }
        let mut parts = line.split(QUESTION);
        let text = parts.next().unwrap_or_default().trim().to_string();
        let answers: Vec<(String, String)> = parts.map(answer).collect::<Result<_, _>>()?;
        if text.contains(ANSWER) {
            return Err(format!(
                "`{}`: <R> stands without <IQ>",
                text.replace(ANSWER, "<R>")
            ));
        }
        if !answers.is_empty() && !self.interactive {
            return Err(format!("`{text}` asks, and stands outside #INTERACTIVE"));
        }
        if answers.len() > QUESTIONS_MAX {
            return Err(format!(
                "`{text}` asks {} questions; at most {QUESTIONS_MAX} are allowed",
                answers.len()
            ));
        }
        self.push(depth, text, mode, answers)
    }

    fn push(
        &mut self,
        depth: usize,
        text: String,
        mode: Option<String>,
        answers: Vec<(String, String)>,
    ) -> Result<(), String> {
        if text.trim().is_empty() {
            return Err("a command is empty".into());
        }
        self.lines.push(Marked {
            depth,
            text,
            mode,
            exec: self.exec,
            order: self.order,
            answers,
        });
        Ok(())
    }

    fn finish(self) -> Result<Vec<Marked>, String> {
        match self {
            Self { open: Some(_), .. } => Err("<MLTCMD> has no </MLTCMD>".into()),
            Self {
                interactive: true, ..
            } => Err("#INTERACTIVE has no #ENDS_INTERACTIVE".into()),
            Self { exec: true, .. } => Err("#MODE_ENABLE has no #MODE_END_ENABLE".into()),
            Self { lines, .. } => Ok(lines),
        }
    }
}

/// `question<R>answer`; the question must be a pattern.
fn answer(part: &str) -> Result<(String, String), String> {
    let Some((question, answer)) = part.split_once(ANSWER) else {
        return Err(format!("the question `{}` has no <R>", part.trim()));
    };
    let question = question.trim();
    if question.is_empty() {
        return Err("<IQ> has no question".into());
    }
    if answer.contains(ANSWER) {
        return Err(format!("the question `{question}` has two <R>"));
    }
    Regex::new(question).map_err(|_| format!("the question `{question}` is no pattern"))?;
    Ok((question.to_string(), answer.trim().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(depth: usize, text: &str, mode: Option<&str>) -> Marked {
        Marked {
            depth,
            text: text.into(),
            mode: mode.map(Into::into),
            exec: false,
            order: None,
            answers: Vec::new(),
        }
    }

    #[test]
    fn an_arrow_of_the_template_is_a_mark_and_one_of_a_value_is_not() {
        let rendered = mark("interface {{ x }}   => config-if\n description {{ y }}\n")
            .replace("{{ x }}", "Vlan1")
            .replace("{{ y }}", "to => config");
        assert_eq!(
            lines(&rendered).unwrap(),
            [
                line(0, "interface Vlan1", Some("config-if")),
                line(1, "description to => config", None)
            ]
        );
    }

    #[test]
    fn a_mode_may_be_worked_out() {
        assert_eq!(
            mark("x => {{ a if b else c }}\n"),
            "x\u{1}{{ a if b else c }}\n"
        );
    }

    #[test]
    fn a_part_has_a_place_of_its_own() {
        let read = lines(&mark("a\n#ORDER 60\nb\nc\n#ORDER -9\nd\n")).unwrap();
        let orders: Vec<Option<i64>> = read.iter().map(|it| it.order).collect();
        assert_eq!(orders, [None, Some(60), Some(60), Some(-9)]);
    }

    #[test]
    fn a_command_of_several_lines_is_one() {
        let read = lines(&mark("a\n <MLTCMD>banner motd ~one\n two\n~</MLTCMD>\nb\n")).unwrap();
        assert_eq!(
            read,
            [
                line(0, "a", None),
                line(1, "banner motd ~one\n two\n~", None),
                line(0, "b", None)
            ]
        );
    }

    #[test]
    fn questions_of_exec_commands_have_their_answers() {
        let read = lines(&mark_raw(
            "#MODE_ENABLE\n#INTERACTIVE\nformat sdflash: ext4<IQ>Continue<R><IQ>sure<R>yes\n#ENDS_INTERACTIVE\n#MODE_END_ENABLE\n\
             #INTERACTIVE\nno crypto pki trustpoint A<IQ>yes/no<R>yes\n#ENDS_INTERACTIVE\niox\n",
        ))
        .unwrap();
        let seen: Vec<(&str, bool, usize)> = read
            .iter()
            .map(|it| (it.text.as_str(), it.exec, it.answers.len()))
            .collect();
        assert_eq!(
            seen,
            [
                ("format sdflash: ext4", true, 2),
                ("no crypto pki trustpoint A", false, 1),
                ("iox", false, 0)
            ]
        );
        assert_eq!(
            read[0].answers,
            [
                ("Continue".into(), String::new()),
                ("sure".into(), "yes".into())
            ]
        );
    }

    #[test]
    fn marks_that_a_value_holds_are_text() {
        let rendered = mark_raw("description $x\n").replace("$x", "a<IQ>b<R>c</MLTCMD>");
        assert_eq!(
            lines(&rendered).unwrap(),
            [line(0, "description a<IQ>b<R>c</MLTCMD>", None)]
        );
    }

    #[test]
    fn marks_that_do_not_fit_are_told() {
        for (text, told) in [
            ("<MLTCMD>a\n", "<MLTCMD> has no </MLTCMD>"),
            ("a</MLTCMD>\n", "</MLTCMD> stands without <MLTCMD>"),
            (
                "a <MLTCMD>b</MLTCMD>\n",
                "`a ` stands before <MLTCMD>; begin a new line with it",
            ),
            (
                "<MLTCMD>b</MLTCMD> c\n",
                "`c` stands behind </MLTCMD>; write it in a line of its own",
            ),
            ("a<IQ>b<R>c\n", "`a` asks, and stands outside #INTERACTIVE"),
            ("#INTERACTIVE\na<IQ>b\n", "the question `b` has no <R>"),
            (
                "#INTERACTIVE\na<IQ>[<R>c\n",
                "the question `[` is no pattern",
            ),
            ("#INTERACTIVE\na\n", "#INTERACTIVE has no #ENDS_INTERACTIVE"),
            (
                "#ENDS_INTERACTIVE\n",
                "#ENDS_INTERACTIVE stands without #INTERACTIVE",
            ),
            ("#MODE_ENABLE\na\n", "#MODE_ENABLE has no #MODE_END_ENABLE"),
        ] {
            assert_eq!(lines(&mark_raw(text)), Err(told.to_string()), "{text:?}");
        }
    }

    #[test]
    fn a_value_of_several_lines_needs_a_command_of_several_lines() {
        let value = format!("one{LINE_END}reload");
        assert!(lines(&format!("description {value}\n")).is_err());
        let banner = mark_raw("<MLTCMD>banner motd ~$x~</MLTCMD>\n").replace("$x", &value);
        assert_eq!(
            lines(&banner).unwrap(),
            [line(0, "banner motd ~one\nreload~", None)]
        );
    }
}
