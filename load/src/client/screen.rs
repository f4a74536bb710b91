//! What stands on the screen, as far as a load needs it: the line that is being written, echoes and prompts.
//!
//! Each byte is looked at once: only the line that hasn't ended is kept, and it is compared when a byte came that may
//! end a line or a prompt.

use super::Dialogue;

/// A line of output that is longer than this has lost its beginning. Prompts and lines that are sent are shorter.
const LINE_BYTES_MAX: usize = 4096;
/// So many letters of the first prompt are those of every later one. Devices cut a long name short in some modes.
const HEAD_BYTES_MAX: usize = 8;

/// The end of what the peer has written.
pub(super) struct Screen {
    /// The line that hasn't ended.
    line: Vec<u8>,
    /// What each prompt begins with.
    head: Vec<u8>,
    /// For each byte, whether a line or a prompt may end with it.
    stops: [bool; 256],
}

/// The lines that were sent and whose prompts are waited for.
pub(super) struct Awaited<'a, L> {
    /// The lines, those that are to be sent included.
    pub(super) lines: &'a [L],
    /// How many were echoed and followed by a prompt.
    pub(super) done: usize,
    /// The first that was refused.
    pub(super) refused: Option<usize>,
    /// The next one was echoed.
    echoed: bool,
}

impl<'a, L> Awaited<'a, L> {
    pub(super) fn new(lines: &'a [L]) -> Self {
        Self {
            lines,
            done: 0,
            refused: None,
            echoed: false,
        }
    }
}

impl Screen {
    pub(super) fn new(dialogue: &Dialogue) -> Self {
        let mut stops = [false; 256];
        stops[usize::from(b'\n')] = true;
        for end in &dialogue.prompt_ends {
            if let Some(last) = end.as_bytes().last() {
                stops[usize::from(*last)] = true;
            }
        }
        Self {
            line: Vec::new(),
            head: Vec::new(),
            stops,
        }
    }

    /// Takes what the peer has written before its first prompt; true if that is there. Later prompts begin like it.
    pub(super) fn finds_prompt(&mut self, data: &[u8], dialogue: &Dialogue) -> bool {
        self.keep(data);
        let Some(name) = prompt_name(&self.line, dialogue).filter(|name| !name.is_empty()) else {
            return false;
        };
        self.head = name[..name.len().min(HEAD_BYTES_MAX)].to_vec();
        self.line.clear();
        true
    }

    /// Takes what the peer has written; true if it ends with a question.
    pub(super) fn finds_question(&mut self, data: &[u8], question: &str) -> bool {
        self.keep(data);
        let asked = self
            .line
            .trim_ascii_end()
            .ends_with(question.trim_end().as_bytes());
        if asked {
            self.line.clear();
        }
        asked
    }

    /// Takes what the peer has written in answer to lines.
    pub(super) fn take<L: AsRef<str>>(
        &mut self,
        data: &[u8],
        dialogue: &Dialogue,
        awaited: &mut Awaited<'_, L>,
    ) {
        for piece in data.split_inclusive(|byte| self.stops[usize::from(*byte)]) {
            extend(&mut self.line, piece);
            match piece.last() {
                Some(b'\n') => {
                    awaited.line_ended(&self.line, dialogue);
                    self.line.clear();
                }
                _ if self.is_prompt(dialogue) && awaited.prompted(dialogue) => self.line.clear(),
                _ => {}
            }
        }
    }

    fn is_prompt(&self, dialogue: &Dialogue) -> bool {
        prompt_name(&self.line, dialogue).is_some_and(|name| name.starts_with(&self.head))
    }

    /// Keeps the line that hasn't ended.
    fn keep(&mut self, data: &[u8]) {
        match data.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => {
                self.line.clear();
                extend(&mut self.line, &data[end + 1..]);
            }
            None => extend(&mut self.line, data),
        }
    }
}

impl<L: AsRef<str>> Awaited<'_, L> {
    /// A line of output has ended: the echo of the next line, or a part of an answer.
    fn line_ended(&mut self, line: &[u8], dialogue: &Dialogue) {
        let Some(sent) = self.lines.get(self.done) else {
            return;
        };
        let line = line.trim_ascii_end();
        if !self.echoed && dialogue.echo {
            self.echoed = line.ends_with(sent.as_ref().trim_end().as_bytes());
        } else if dialogue
            .refusals
            .iter()
            .any(|refusal| line.starts_with(refusal.as_bytes()))
        {
            self.refused.get_or_insert(self.done);
        }
    }

    /// A prompt stands there. False if it isn't the next line's: that wasn't echoed yet.
    fn prompted(&mut self, dialogue: &Dialogue) -> bool {
        let answered = (self.echoed || !dialogue.echo) && self.done < self.lines.len();
        if answered {
            self.done += 1;
            self.echoed = false;
        }
        answered
    }
}

/// What stands before the end of a prompt; nothing if the line is none. A prompt has no spaces before its end.
fn prompt_name<'a>(line: &'a [u8], dialogue: &Dialogue) -> Option<&'a [u8]> {
    let line = line.strip_prefix(b"\r").unwrap_or(line);
    let mut ends = dialogue.prompt_ends.iter();
    let name = ends.find_map(|end| line.strip_suffix(end.as_bytes()))?;
    (!name.contains(&b' ')).then_some(name)
}

/// Adds to a line, and forgets its beginning where it is too long.
fn extend(line: &mut Vec<u8>, more: &[u8]) {
    if line.len() + more.len() > LINE_BYTES_MAX {
        line.clear();
    }
    line.extend_from_slice(&more[more.len().saturating_sub(LINE_BYTES_MAX)..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialogue() -> Dialogue {
        Dialogue {
            refusals: vec!["% ".to_string()],
            ..Dialogue::default()
        }
    }

    /// What is done and what was refused, whatever the pieces are in which it comes.
    #[track_caller]
    fn check(lines: &[&str], written: &str, done: usize, refused: Option<usize>) {
        for size in [1, 3, 4096] {
            let dialogue = dialogue();
            let mut screen = Screen::new(&dialogue);
            assert!(screen.finds_prompt(b"Welcome # all\r\nedge-1#", &dialogue));
            let mut awaited = Awaited::new(lines);
            for piece in written.as_bytes().chunks(size) {
                screen.take(piece, &dialogue, &mut awaited);
            }
            assert_eq!((awaited.done, awaited.refused), (done, refused), "{size}");
        }
    }

    #[test]
    fn a_line_is_done_when_it_was_echoed_and_a_prompt_came() {
        check(&["vlan 7"], "vlan 7\r\nedge-1(config-vlan)#", 1, None);
        check(&["vlan 7"], "vlan 7\r\n", 0, None);
        check(&["vlan 7"], "vlan 8\r\nedge-1(config-vlan)#", 0, None);
        check(&["a", "b"], "a\r\nedge-1#b\r\nedge-1#", 2, None);
        check(&["a", "b"], "a\r\nedge-1#b\r\nedge-1", 1, None);
    }

    #[test]
    fn letters_of_a_prompt_in_a_line_or_an_answer_are_no_prompt() {
        check(&["name a#b"], "name a#b\r\nedge-1#", 1, None);
        check(
            &["show x"],
            "show x\r\nitem #1\r\nedge-2# is far\r\nedge-1#",
            1,
            None,
        );
        check(&["a"], "a\r\n######\r\nedge-1#", 1, None);
    }

    #[test]
    fn a_log_line_between_prompt_and_echo_is_passed_over() {
        check(
            &["a"],
            "\r\n*Nov 21: %SYS-5-X: y\r\nedge-1#a\r\nedge-1#",
            1,
            None,
        );
    }

    #[test]
    fn a_refusal_is_told_with_its_line() {
        let written = "a\r\nedge-1#b\r\n   ^\r\n% Invalid input\r\n\r\nedge-1#";
        check(&["a", "b"], written, 2, Some(1));
    }

    #[test]
    fn a_line_without_an_end_is_kept_in_part() {
        let long = format!("{}\r\nedge-1#a\r\nedge-1#", "x".repeat(3 * LINE_BYTES_MAX));
        check(&["a"], &long, 1, None);
    }
}
