//! Where a line stands on the screen.

/// The screen columns of a line's bytes. Those of a line that isn't on the screen are its bytes.
#[derive(Debug)]
pub(crate) struct Columns {
    /// Left of the line.
    pub(super) prompt: usize,
    /// The columns of the line that the window has left behind.
    pub(super) shift: usize,
    /// The bytes that take two columns; nearly always none.
    pub(super) wide: Vec<usize>,
    /// Where the cursor stands behind the line.
    pub(super) end: usize,
    /// The byte that counts as the first.
    pub(super) first: usize,
}

impl Columns {
    /// Of a line that isn't on the screen.
    pub(crate) fn none() -> Self {
        Self {
            prompt: 0,
            shift: 0,
            wide: Vec::new(),
            end: usize::MAX,
            first: 0,
        }
    }

    /// The column of a byte; beyond the line's end, right of it.
    pub(crate) fn at(&self, byte: usize) -> usize {
        let at = self.first.saturating_add(byte).min(self.end);
        let wide = self.wide.iter().filter(|wide| **wide < at).count();
        self.prompt + (at + wide).saturating_sub(self.shift)
    }

    /// The columns of the line from a byte on.
    pub(crate) fn from(&self, byte: usize) -> Self {
        Self {
            wide: self.wide.clone(),
            first: self.first + byte,
            ..*self
        }
    }
}
