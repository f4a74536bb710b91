//! What was cut from lines, to be yanked back (Ctrl-Y, ESC Y): the last ten pieces, as Cisco documents it.

use std::collections::VecDeque;

/// The pieces, newest first.
#[derive(Default)]
pub(super) struct Cuts(VecDeque<Vec<u8>>);

impl Cuts {
    pub(super) fn keep(&mut self, piece: Vec<u8>) {
        if !piece.is_empty() {
            self.0.truncate(PIECES_MAX - 1);
            self.0.push_front(piece);
        }
    }

    /// The piece that was cut `back` cuts before the newest; past the oldest it begins again.
    pub(super) fn get(&self, back: usize) -> Option<&[u8]> {
        let at = back.checked_rem(self.0.len())?;
        self.0.get(at).map(Vec::as_slice)
    }
}

const PIECES_MAX: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ten_pieces_are_kept_and_come_round() {
        let mut cuts = Cuts::default();
        assert_eq!(cuts.get(0), None);
        (0..12u8).for_each(|piece| cuts.keep(vec![piece]));
        cuts.keep(vec![]);
        for (back, piece) in [(0, 11), (1, 10), (9, 2), (10, 11)] {
            assert_eq!(cuts.get(back), Some(&[piece][..]), "{back}");
        }
    }
}
