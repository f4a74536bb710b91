//! Lists that are edited: VLANs as ranges, and words.

use std::collections::BTreeSet;

/// The largest number that a list may have; a range is written out, so it must end.
const NUMBER_MAX: u32 = 1 << 16;

/// The highest VLAN, of which `all` and `except` speak.
const VLAN_MAX: u32 = 4_094;

/// What a list is after a line has edited it, or `None`: it is empty.
pub(super) fn edited(old: Option<&str>, edit: &str, list: &str) -> Option<String> {
    let given = numbers(list)?;
    let old = old.and_then(numbers);
    let all = || (1..=VLAN_MAX).collect::<BTreeSet<u32>>();
    let new = match edit.trim() {
        // Without a list, all are in it.
        "add" => old?.union(&given).copied().collect(),
        "remove" => old
            .unwrap_or_else(all)
            .difference(&given)
            .copied()
            .collect(),
        "except" => all().difference(&given).copied().collect(),
        _ => given,
    };
    (!new.is_empty()).then(|| ranges(&new))
}

/// A list with these numbers taken away.
pub(super) fn without(old: &str, list: &str) -> Option<String> {
    let (old, given) = (numbers(old)?, numbers(list)?);
    let left: BTreeSet<u32> = old.difference(&given).copied().collect();
    (!left.is_empty()).then(|| ranges(&left))
}

/// Each number of a list by itself.
pub(super) fn each(list: &str) -> Vec<u32> {
    numbers(list).unwrap_or_default().into_iter().collect()
}

/// Each name of a list of names that end with a number: `Gi1/0/1 - 3, Gi1/0/7`.
pub(super) fn each_name(list: &str) -> Vec<String> {
    let mut names = Vec::new();
    for part in list.split(',').map(str::trim) {
        let (first, last) = part.split_once('-').unwrap_or((part, ""));
        let first = first.trim().replace(' ', "");
        let stem = first.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let from = first
            .get(stem.len()..)
            .and_then(|number| number.parse::<u32>().ok());
        match (from, last.trim().parse::<u32>()) {
            (Some(from), Ok(to)) if to <= NUMBER_MAX => {
                names.extend((from..=to).map(|number| format!("{stem}{number}")));
            }
            _ => names.push(first),
        }
    }
    names
}

/// Whether one pair of numbers, or one number, is within another pair.
pub(super) fn is_within(part: &str, whole: &str) -> bool {
    let ends = |text: &str| {
        let mut numbers = text.split_whitespace().map(str::parse::<u32>);
        let first = numbers.next()?.ok()?;
        Some((first, numbers.next().and_then(Result::ok).unwrap_or(first)))
    };
    match (ends(part), ends(whole)) {
        (Some((first, last)), Some((from, to))) => from <= first && last <= to,
        _ => false,
    }
}

/// The words of `old`, and those of `list` that are not among them.
pub(super) fn more_words(old: &str, list: &str) -> String {
    let mut words: Vec<&str> = old.split_whitespace().collect();
    for word in list.split_whitespace() {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(" ")
}

/// The words of `old` that are not in `list`.
pub(super) fn fewer_words(old: &str, list: &str) -> Option<String> {
    let gone: Vec<&str> = list.split_whitespace().collect();
    let left: Vec<&str> = old
        .split_whitespace()
        .filter(|it| !gone.contains(it))
        .collect();
    (!left.is_empty()).then(|| left.join(" "))
}

fn numbers(list: &str) -> Option<BTreeSet<u32>> {
    let mut numbers = BTreeSet::new();
    for part in list
        .split([',', ' '])
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        if last > NUMBER_MAX {
            return None;
        }
        numbers.extend(first..=last);
    }
    Some(numbers)
}

/// `1,3-5`: two neighbours are two numbers, as IOS writes them: `3,4`.
fn ranges(numbers: &BTreeSet<u32>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut run: Option<(u32, u32)> = None;
    for &number in numbers {
        run = match run {
            Some((first, last)) if last + 1 == number => Some((first, number)),
            Some(ended) => {
                parts.push(range(ended));
                Some((number, number))
            }
            None => Some((number, number)),
        };
    }
    parts.extend(run.map(range));
    parts.join(",")
}

fn range((first, last): (u32, u32)) -> String {
    match last - first {
        0 => first.to_string(),
        1 => format!("{first},{last}"),
        _ => format!("{first}-{last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_vlans_is_edited_as_ios_edits_it() {
        let table: [(Option<&str>, &str, &str, Option<&str>); 7] = [
            (Some("10"), "add", "20-22", Some("10,20-22")),
            (Some("10,20-22"), "remove", "21", Some("10,20,22")),
            (Some("10"), "", "30,31", Some("30,31")),
            (None, "add", "5", None),
            (None, "except", "2-4094", Some("1")),
            (None, "remove", "1-4093", Some("4094")),
            (Some("10"), "remove", "10", None),
        ];
        for (old, edit, list, new) in table {
            assert_eq!(
                edited(old, edit, list).as_deref(),
                new,
                "{old:?} {edit} {list}"
            );
        }
    }

    #[test]
    fn words_are_added_and_taken_away() {
        assert_eq!(more_words("a b", "b c"), "a b c");
        assert_eq!(fewer_words("a b c", "b"), Some("a c".to_string()));
        assert_eq!(fewer_words("a", "a"), None);
    }
}
