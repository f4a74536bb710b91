//! Lists of VLANs and MST instances: `1-3,5`.

/// The last VLAN, and the last MST instance.
const LAST: u16 = 4094;

/// The VLANs of a list such as `1,3-5`, sorted, each once.
#[must_use]
pub fn vlans(text: &str) -> Option<Vec<u16>> {
    listed(text, 1)
}

/// The MST instances of a list: `0-3,5`.
#[must_use]
pub fn instances(text: &str) -> Option<Vec<u16>> {
    listed(text, 0)
}

/// The numbers of a list, in order, each once however often the list names it.
fn listed(text: &str, lowest: u16) -> Option<Vec<u16>> {
    let mut ranges = Vec::new();
    for part in text.split(',') {
        let (low, high) = part.split_once('-').unwrap_or((part, part));
        let (low, high): (u16, u16) = (low.parse().ok()?, high.parse().ok()?);
        if low < lowest || high > LAST || low > high {
            return None;
        }
        ranges.push((low, high));
    }
    ranges.sort_unstable();
    let mut numbers = Vec::new();
    let mut next = lowest;
    for (low, high) in ranges {
        numbers.extend(low.max(next)..=high);
        next = next.max(high + 1);
    }
    Some(numbers)
}

/// A sorted list of VLANs as IOS prints it: three or more neighbours become a range.
#[must_use]
pub fn vlan_text(list: &[u16]) -> String {
    text(list, 3)
}

/// A sorted list of VLANs as IOS prints it where features are switched on by VLAN: two neighbours are a range already.
#[must_use]
pub fn vlan_ranges(list: &[u16]) -> String {
    text(list, 2)
}

fn text(list: &[u16], range_min: usize) -> String {
    let mut parts: Vec<String> = Vec::new();
    for run in list.chunk_by(|a, b| a + 1 == *b) {
        match *run {
            [one] => parts.push(one.to_string()),
            [one, two] if range_min > 2 => parts.push(format!("{one},{two}")),
            [first, .., last] => parts.push(format!("{first}-{last}")),
            [] => {}
        }
    }
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vlan_lists_are_sorted_and_merged() {
        for (typed, stored) in [
            ("5,1,2,3", "1-3,5"),
            ("2,3", "2,3"),
            ("10-11", "10,11"),
            ("7", "7"),
            ("8-9,1-4,2-3,4-6,9", "1-6,8,9"),
        ] {
            assert_eq!(vlan_text(&vlans(typed).unwrap()), stored);
        }
        assert!(vlans("0").is_none() && vlans("5-1").is_none() && vlans("4095").is_none());
    }

    #[test]
    fn a_list_that_repeats_itself_is_no_longer_than_all_vlans() {
        let text = vec!["1-4094"; 10_000].join(",");
        assert_eq!(vlans(&text).unwrap().len(), 4094);
    }
}
