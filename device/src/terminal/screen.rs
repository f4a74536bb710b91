//! A tiny terminal for tests: it replays what a device echoes, and shows what a user would see.

/// One row of a terminal that is wide enough. CR LF begins a new row; the old one is forgotten.
#[derive(Default)]
pub(super) struct Row {
    cells: Vec<u8>,
    cursor: usize,
}

impl Row {
    pub(super) fn replay(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match byte {
                0x07 => {}
                0x08 => self.cursor = self.cursor.checked_sub(1).expect("left of the screen"),
                b'\r' => self.cursor = 0,
                b'\n' => self.cells.clear(),
                _ => self.put(byte),
            }
        }
    }

    fn put(&mut self, byte: u8) {
        if self.cursor == self.cells.len() {
            self.cells.push(byte);
        } else {
            self.cells[self.cursor] = byte;
        }
        self.cursor += 1;
    }

    /// What can be seen; blanks at the end can't.
    pub(super) fn text(&self) -> String {
        let text = String::from_utf8_lossy(&self.cells);
        text.trim_end_matches(' ').to_string()
    }

    pub(super) fn cursor(&self) -> usize {
        self.cursor
    }

    pub(super) fn columns_used(&self) -> usize {
        self.cells.len()
    }
}
