//! Keeps the part of a line that fits on the screen painted there, and scrolls it (ios-xe-behaviour §2.9).
//!
//! To the right of the prompt there is a window of `width - prompt - 3` columns. A line that outgrows it is shifted
//! left by ten columns at a time, with a `$` where text is hidden: in the first column, and, when the cursor has
//! gone back, in the last. All echo of the editor is painted here, so what is on the screen is known at each step.
//!
//! Known limits: a window of fewer than twelve columns does not scroll, and what the terminal does beyond its edge
//! is the terminal's. Only the shift while typing at the end is documented; that a cursor that leaves the window to
//! the left shifts back by ten is our reading.

use super::columns::Columns;
use super::line::Line;
use super::{BS, put_run};

/// The window, and what of the line is painted in it. All numbers are columns.
#[derive(Debug)]
pub(super) struct Window {
    prompt: usize,
    size: usize,
    shift: usize,
    painted: usize,
    cursor: usize,
}

impl Window {
    /// An empty window behind a prompt of `prompt` columns; a `width` of 0 means that there is no limit.
    pub(super) fn new(prompt: usize, width: u16) -> Self {
        let size = usize::from(width).saturating_sub(prompt + MARGIN);
        Self {
            prompt,
            size: if size < SIZE_MIN { usize::MAX } else { size },
            shift: 0,
            painted: 0,
            cursor: 0,
        }
    }

    /// Brings the screen up to date. `changed` is the first byte of the line that is not what it was, if any.
    pub(super) fn show(&mut self, line: &Line, changed: Option<usize>, echo: &mut Vec<u8>) {
        let shift = self.fitting_shift(line);
        let changed = changed.map(|at| line.column_of(at).saturating_sub(shift));
        let scrolled = shift != self.shift;
        if scrolled || changed.is_some() {
            let from = if scrolled { 0 } else { changed.unwrap_or(0) };
            self.repaint(line, shift, from, echo);
        }
        self.go(
            line,
            line.column_of(line.cursor()).saturating_sub(shift),
            echo,
        );
    }

    /// How much text can be typed at the end of the line, so that painting it is to write it.
    pub(super) fn room(&self, line: &Line) -> usize {
        let end = line.columns();
        let is_painted = (self.shift, self.painted, self.cursor) == (0, end, end);
        if is_painted {
            self.size.saturating_sub(end)
        } else {
            0
        }
    }

    /// Takes the line as painted, with the cursor in its place, without painting it.
    pub(super) fn assume(&mut self, line: &Line) {
        self.shift = self.fitting_shift(line);
        self.painted = self.visible(line);
        self.cursor = line.column_of(line.cursor()).saturating_sub(self.shift);
    }

    /// Paints what should be in the window, on a fresh line behind the prompt.
    pub(super) fn paint_afresh(&self, line: &Line, echo: &mut Vec<u8>) {
        self.put(line, 0, self.painted, echo);
        put_run(echo, BS, self.painted.saturating_sub(self.cursor));
    }

    /// The columns of the screen at which the bytes stand, or the `$` that hides them.
    pub(super) fn columns(&self, line: &Line) -> Columns {
        Columns {
            prompt: self.prompt,
            shift: self.shift,
            wide: line.wide(),
            end: line.bytes().len(),
            first: 0,
        }
    }

    fn repaint(&mut self, line: &Line, shift: usize, from: usize, echo: &mut Vec<u8>) {
        let from = from.min(self.painted);
        self.go(line, from, echo);
        self.shift = shift;
        let visible = self.visible(line);
        self.put(line, from, visible, echo);
        let blanks = self.painted.saturating_sub(visible.max(from));
        put_run(echo, b' ', blanks);
        self.cursor = visible.max(from) + blanks;
        self.painted = visible;
    }

    /// Moves the cursor: left by backspaces, right by writing again what it passes.
    fn go(&mut self, line: &Line, to: usize, echo: &mut Vec<u8>) {
        put_run(echo, BS, self.cursor.saturating_sub(to));
        self.put(line, self.cursor, to, echo);
        self.cursor = to;
    }

    /// Writes what columns `from..to` of the window show.
    fn put(&self, line: &Line, from: usize, to: usize, echo: &mut Vec<u8>) {
        if from >= to {
            return;
        }
        let cut_left = self.shift > 0 && from == 0;
        let cut_right = line.columns().saturating_sub(self.shift) > self.size && to == self.size;
        if cut_left {
            echo.push(CUT);
        }
        let first = self.shift + from + usize::from(cut_left);
        let end = self.shift + to - usize::from(cut_right);
        line.put_columns(first, end, echo);
        if cut_right {
            echo.push(CUT);
        }
    }

    fn visible(&self, line: &Line) -> usize {
        line.columns().saturating_sub(self.shift).min(self.size)
    }

    /// The shift nearest to the present one that has the cursor in the window, and not on a `$`.
    fn fitting_shift(&self, line: &Line) -> usize {
        let (total, cursor) = (line.columns(), line.column_of(line.cursor()));
        let mut shift = self.shift;
        while shift > 0 && cursor <= shift {
            shift = shift.saturating_sub(STEP);
        }
        while total.saturating_sub(shift) > self.size && cursor - shift >= self.size - 1 {
            shift += STEP;
        }
        shift
    }
}

/// Columns that stay free at the right edge of the screen.
const MARGIN: usize = 3;
/// How far one shift goes.
const STEP: usize = 10;
/// A shift must leave the `$` and the cursor in the window.
const SIZE_MIN: usize = 12;
/// Stands for hidden text.
const CUT: u8 = b'$';
