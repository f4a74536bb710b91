//! What was found out before: thousands of devices show the same lines.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// So many texts are remembered; a platform's devices differ in addresses and names, and share the rest. Then it is
/// begun anew.
const TEXTS_MAX: usize = 1 << 15;

/// A longer text is worked out each time: it is a certificate or a banner, and there is but one of it.
const TEXT_BYTES_MAX: usize = 256;

/// What follows from a text, worked out once.
#[derive(Debug)]
pub(super) struct Memo<T>(RwLock<HashMap<Box<str>, Arc<T>>>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T> Memo<T> {
    /// What follows from this text, which must be the same each time.
    pub(super) fn of(&self, text: &str, work_out: impl FnOnce(&str) -> T) -> Arc<T> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(text) {
            return Arc::clone(found);
        }
        drop(known);
        let found = Arc::new(work_out(text));
        if text.len() <= TEXT_BYTES_MAX {
            self.keep(text, &found);
        }
        found
    }

    fn keep(&self, text: &str, found: &Arc<T>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= TEXTS_MAX {
            known.clear();
        }
        known.insert(text.into(), Arc::clone(found));
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_worked_out_once() {
        let memo = Memo::default();
        assert_eq!(*memo.of("a", |text| format!("{text}!")), "a!");
        assert_eq!(*memo.of("a", |_| "?".to_string()), "a!");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let memo = Memo::default();
        for number in 0..2 * TEXTS_MAX {
            memo.of(&number.to_string(), |_| number);
        }
        assert!(memo.len() <= TEXTS_MAX, "{}", memo.len());
        let long = "x".repeat(TEXT_BYTES_MAX + 1);
        let before = memo.len();
        assert_eq!(*memo.of(&long, |_| 7), 7);
        assert_eq!(memo.len(), before);
    }
}
