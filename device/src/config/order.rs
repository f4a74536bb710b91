//! Where a statement stands among others, and which one it is.

use std::cmp::Ordering;

use compact_str::CompactString;

use crate::pack::{By, Sort};

/// A statement's identity and its place in the running-config, in one.
///
/// Two statements of a block with the same place, kind and key are the same statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rank {
    /// Index of its place.
    pub place: u16,
    /// Index of its kind.
    pub kind: u16,
    /// What the place sorts by before kind.
    pub by: By,
    /// How keys are compared.
    pub sort: Sort,
    /// When it was entered, if it stays in that order.
    pub typed: Option<u32>,
    /// The values that identify it, joined by a separator that no value has.
    pub key: CompactString,
}

/// Stands between the values of a key.
pub(crate) const KEY_JOINT: char = '\u{1f}';

impl Rank {
    fn first_key(&self) -> &str {
        let end = self.key.bytes().position(|byte| byte == KEY_JOINT as u8);
        end.and_then(|end| self.key.get(..end)).unwrap_or(&self.key)
    }

    /// Those among which its place follows from when it was entered; none if it never does.
    pub(super) fn entered_among(&self) -> Option<(u16, Option<u16>, String)> {
        self.typed?;
        let (kind, name) = match self.by {
            By::Letters => return None,
            By::Kind => (Some(self.kind), String::new()),
            By::Key => (Some(self.kind), self.first_key().to_string()),
            By::Hash => (None, bucket(self.first_key()).to_string()),
            By::Entry => (None, String::new()),
        };
        Some((self.place, kind, name))
    }

    /// Where it stands, seen from the statements of a place; if the place is sorted by kind, from those of the kind.
    pub(super) fn stands(&self, place: u16, kind: u16) -> Ordering {
        let kind = match self.by {
            By::Kind => self.kind.cmp(&kind),
            _ => Ordering::Equal,
        };
        self.place.cmp(&place).then(kind)
    }

    /// Whether it is the same statement, whenever it was entered.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.place == other.place && self.key == other.key
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        let kind = || self.kind.cmp(&other.kind);
        let compare = |a: &str, b: &str| match self.sort {
            Sort::Letters => a.cmp(b),
            Sort::Length => (a.len(), a).cmp(&(b.len(), b)),
            Sort::Key | Sort::Typed => natural(a, b),
        };
        let key = || compare(&self.key, &other.key);
        let place = self.place.cmp(&other.place);
        let typed = || self.typed.cmp(&other.typed);
        match self.by {
            By::Key => place
                .then_with(|| compare(self.first_key(), other.first_key()))
                .then_with(kind)
                .then_with(typed)
                .then_with(key),
            By::Letters => place
                .then_with(|| self.first_key().cmp(other.first_key()))
                .then_with(kind)
                .then_with(key),
            By::Entry => place.then_with(typed).then_with(kind).then_with(key),
            By::Hash => place
                .then_with(|| bucket(self.first_key()).cmp(&bucket(other.first_key())))
                .then_with(typed)
                .then_with(kind)
                .then_with(key),
            By::Kind => place.then_with(kind).then_with(typed).then_with(key),
        }
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The bucket of IOS's table of class-maps that a name falls into: the exclusive or of its characters.
///
/// Observed: ten captures of 16.8 to 17.12, with 19 to 40 class-maps each, list them by it, and those of one bucket in
/// the order in which they were made.
fn bucket(name: &str) -> u8 {
    name.bytes().fold(0, |all, byte| all ^ byte)
}

/// Compares as people count: `1/0/9` before `1/0/10`. Names that count the same (`A1`, `A01`) are still two.
pub(crate) fn natural(a: &str, b: &str) -> Ordering {
    let (left, right) = (a, b);
    let (a, b) = (a.as_bytes(), b.as_bytes());
    // What both begin with says nothing, but for the digits of a number that goes on.
    let differs = |(x, y): (&u8, &u8)| x != y;
    let common = a.iter().zip(b).position(differs);
    let common = common.unwrap_or(a.len().min(b.len()));
    let is_digit = |byte: &&u8| byte.is_ascii_digit();
    let begun = a[..common].iter().rev().take_while(is_digit).count();
    let (mut a, mut b) = (&a[common - begun..], &b[common - begun..]);
    while let (Some(x), Some(y)) = (a.first(), b.first()) {
        let step = if x.is_ascii_digit() && y.is_ascii_digit() {
            let (left, right) = (number(&mut a), number(&mut b));
            left.len().cmp(&right.len()).then_with(|| left.cmp(right))
        } else {
            let order = x.cmp(y);
            (a, b) = (&a[1..], &b[1..]);
            order
        };
        if step != Ordering::Equal {
            return step;
        }
    }
    a.len().cmp(&b.len()).then_with(|| left.cmp(right))
}

/// Takes the digits from the start, and returns them without leading zeros.
fn number<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let end = text
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    *text = rest;
    let zeros = digits.iter().take_while(|byte| **byte == b'0').count();
    &digits[zeros.min(digits.len().saturating_sub(1))..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_maps_fall_into_buckets_by_their_characters() {
        let mut names = ["cos2", "cos3", "CLASS_35MBPS", "system-cpp-police-sys-data"];
        names.sort_by_key(|name| bucket(name));
        assert_eq!(
            names,
            ["system-cpp-police-sys-data", "CLASS_35MBPS", "cos3", "cos2"]
        );
    }

    #[test]
    fn what_two_names_begin_with_does_not_change_their_order() {
        let names = [
            "a", "a1", "a01", "a1b", "a10", "a2", "a.1", "1", "10", "2", "",
        ];
        for prefix in ["x", "x.", "x1", "x0", "x1.2"] {
            for (a, b) in names.iter().flat_map(|a| names.map(|b| (*a, b))) {
                let (long_a, long_b) = (format!("{prefix}/{a}"), format!("{prefix}/{b}"));
                assert_eq!(
                    natural(&long_a, &long_b),
                    natural(a, b),
                    "{long_a} {long_b}"
                );
            }
        }
        assert_eq!(natural("a12", "a123"), Ordering::Less);
        assert_eq!(natural("a129", "a13"), Ordering::Greater);
        assert_eq!(natural("a012", "a12b"), Ordering::Less);
    }

    #[test]
    fn numbers_inside_names_are_counted() {
        let mut names = [
            "Gi1/0/10",
            "Gi1/0/9",
            "10.2.0.1",
            "10.10.0.1",
            "Vlan2",
            "Vlan10",
            "a",
        ];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(
            names,
            [
                "10.2.0.1",
                "10.10.0.1",
                "Gi1/0/9",
                "Gi1/0/10",
                "Vlan2",
                "Vlan10",
                "a"
            ]
        );
    }
}
