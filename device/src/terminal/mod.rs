//! The terminal of a session: what turns bytes of a client into lines, and text of a device into bytes.
//!
//! A byte goes through [`charset::Mask`] (the 7-bit rule), then to whoever reads just now: the
//! [`line_editor::LineEditor`], or the [`pager::Pager`] while `--More--` is on the screen. Text of a command goes
//! through [`pipes::Filter`], then the pager, then [`charset::Mask`] again. Nothing here knows of modes, commands
//! or configuration, and nothing holds the prompt: whoever prints it says what it was.

pub mod charset;
mod columns;
mod cuts;
pub mod help_list;
pub mod history;
mod keys;
mod line;
pub mod line_editor;
pub mod pager;
pub mod pattern;
pub mod pipes;
#[cfg(test)]
mod screen;
mod scroll;

pub use charset::Mask;
pub(crate) use columns::Columns;
pub use history::History;
pub use keys::Key;
pub use line_editor::LineEditor;

/// Moves the cursor one column to the left.
const BS: u8 = 0x08;
/// The bell: the key was understood and refused.
const BEL: u8 = 0x07;
const CR_LF: &[u8] = b"\r\n";

/// Adds `count` times the same byte.
fn put_run(echo: &mut Vec<u8>, byte: u8, count: usize) {
    echo.resize(echo.len().saturating_add(count), byte);
}
