//! What each editing key does to the line: one function a key, or a family of keys (ios-xe-behaviour §2.8).

use super::{LineEditor, Yanked};
use crate::terminal::History;
use crate::terminal::keys::Stroke;

impl LineEditor {
    pub(super) fn move_or_erase(&mut self, stroke: Stroke, echo: &mut Vec<u8>) {
        let cursor = self.line.cursor();
        match stroke {
            Stroke::Left => self.go(cursor.saturating_sub(1), echo),
            Stroke::Right => self.go(cursor.saturating_add(1), echo),
            Stroke::Start => self.go(0, echo),
            Stroke::End => self.go(usize::MAX, echo),
            Stroke::WordLeft => self.go(self.line.word_left(), echo),
            Stroke::WordRight => self.go(self.line.word_right(), echo),
            Stroke::EraseLeft => self.erase(cursor.saturating_sub(1), echo),
            Stroke::EraseUnder => self.erase(cursor.saturating_add(1), echo),
            Stroke::CutToStart => self.cut(0, echo),
            Stroke::CutToEnd => self.cut(usize::MAX, echo),
            Stroke::CutWordLeft => self.cut_word_left(echo),
            Stroke::CutWordRight => self.cut(self.line.word_right(), echo),
            _ => {}
        }
    }

    pub(super) fn insert(&mut self, byte: u8, echo: &mut Vec<u8>) {
        if self.line.bytes().len() >= self.limit {
            return self.ring(echo);
        }
        let at = self.line.cursor();
        self.line.insert_byte(byte);
        self.show(Some(at), echo);
    }

    fn go(&mut self, to: usize, echo: &mut Vec<u8>) {
        self.line.move_to(to);
        self.show(None, echo);
    }

    fn erase(&mut self, to: usize, echo: &mut Vec<u8>) {
        let removed = self.line.remove_to(to).len();
        if removed > 0 {
            self.show(Some(self.line.cursor()), echo);
        }
    }

    fn cut(&mut self, to: usize, echo: &mut Vec<u8>) {
        let piece: Vec<u8> = self.line.remove_to(to).collect();
        self.keep(piece);
        self.show(Some(self.line.cursor()), echo);
    }

    /// At the end of the line it looks like backspaces (§2.8).
    fn cut_word_left(&mut self, echo: &mut Vec<u8>) {
        let from = self.line.word_left();
        if !self.line.at_end() {
            return self.cut(from, echo);
        }
        self.keep(self.line.bytes().get(from..).unwrap_or_default().to_vec());
        for to in (from..self.line.cursor()).rev() {
            self.erase(to, echo);
        }
    }

    /// A password never gets where a later line could yank it.
    fn keep(&mut self, piece: Vec<u8>) {
        if !self.hidden() {
            self.cuts.keep(piece);
        }
    }

    pub(super) fn yank(&mut self, back: usize, echo: &mut Vec<u8>) {
        let Some(piece) = self.cuts.get(back) else {
            return self.ring(echo);
        };
        let room = self.limit.saturating_sub(self.line.bytes().len());
        if piece.len() > room {
            return self.ring(echo);
        }
        let start = self.line.cursor();
        self.line.insert(piece);
        self.yanked = Some(Yanked { start, back });
        self.show(Some(start), echo);
    }

    /// Exchanges what was just yanked for what was cut before it.
    pub(super) fn yank_next(&mut self, yanked: Option<Yanked>, echo: &mut Vec<u8>) {
        match yanked {
            Some(last) => {
                self.erase(last.start, echo);
                self.yank(last.back.saturating_add(1), echo);
            }
            None => self.ring(echo),
        }
    }

    pub(super) fn transpose(&mut self, echo: &mut Vec<u8>) {
        self.line.transpose();
        self.show(Some(self.line.cursor().saturating_sub(2)), echo);
    }

    pub(super) fn change_case(&mut self, stroke: Stroke, echo: &mut Vec<u8>) {
        let start = self.line.cursor();
        let end = self.line.word_right();
        self.line.rewrite_to(end, |word| match stroke {
            Stroke::Upper => word.make_ascii_uppercase(),
            Stroke::Lower => word.make_ascii_lowercase(),
            _ => capitalize(word),
        });
        self.show(Some(start), echo);
    }

    /// The line on the screen is erased, and the entry printed. Past the oldest entry there is a bell; past the
    /// newest, an empty line.
    pub(super) fn browse(&mut self, stroke: Stroke, history: &History, echo: &mut Vec<u8>) {
        let back = match stroke {
            Stroke::Older => self.back.saturating_add(1),
            _ => self.back.saturating_sub(1),
        };
        let entry = history.recall(back);
        if back == self.back || (back > 0 && entry.is_none()) {
            return self.ring(echo);
        }
        self.back = back;
        self.line.clear();
        self.show(Some(0), echo);
        let entry = entry.unwrap_or_default();
        self.line.set(entry.get(..self.limit).unwrap_or(entry));
        self.show(Some(0), echo);
    }
}

/// Makes the first letter of a word a capital.
fn capitalize(word: &mut [u8]) {
    if let Some(letter) = word.iter_mut().find(|byte| **byte != b' ') {
        letter.make_ascii_uppercase();
    }
}
