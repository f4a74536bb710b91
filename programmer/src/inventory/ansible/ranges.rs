//! Ranges in names of hosts: `edge[01:10]`, `rack[a:f]-[1:9:2]`.

use std::sync::LazyLock;

use regex::Regex;

use crate::inventory::DEVICES_MAX;

#[expect(clippy::unwrap_used, reason = "a constant pattern, tested below")]
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\[(\d{1,9}|[A-Za-z]):(\d{1,9}|[A-Za-z])(?::(\d{1,9}))?\]").unwrap()
});

/// Every name that a pattern stands for, in order.
pub(super) fn expand(pattern: &str) -> Result<Vec<String>, String> {
    let mut names = vec![String::new()];
    let mut from = 0;
    for found in RANGE.captures_iter(pattern) {
        let (Some(whole), Some(first), Some(last)) = (found.get(0), found.get(1), found.get(2))
        else {
            continue;
        };
        let step = found
            .get(3)
            .map_or(Ok(1), |step| step.as_str().parse())
            .unwrap_or(0);
        let members = members(first.as_str(), last.as_str(), step)
            .ok_or_else(|| format!("`{}` is not a range", whole.as_str()))?;
        let before = pattern.get(from..whole.start()).unwrap_or_default();
        if names.len().saturating_mul(members.len()) > DEVICES_MAX {
            return Err(format!(
                "`{pattern}` stands for more than {DEVICES_MAX} hosts"
            ));
        }
        names = names
            .iter()
            .flat_map(|name| {
                members
                    .iter()
                    .map(move |member| format!("{name}{before}{member}"))
            })
            .collect();
        from = whole.end();
    }
    let rest = pattern.get(from..).unwrap_or_default();
    names.iter_mut().for_each(|name| name.push_str(rest));
    Ok(names)
}

fn members(first: &str, last: &str, step: usize) -> Option<Vec<String>> {
    if step == 0 {
        return None;
    }
    if let (Ok(from), Ok(to)) = (first.parse::<usize>(), last.parse::<usize>()) {
        // A leading nought says how wide the numbers are.
        let width = if first.starts_with('0') {
            first.len()
        } else {
            1
        };
        let count = to.checked_sub(from)? / step + 1;
        if count > DEVICES_MAX {
            return None;
        }
        return Some(
            (from..=to)
                .step_by(step)
                .map(|n| format!("{n:0width$}"))
                .collect(),
        );
    }
    let letter = |text: &str| text.chars().next().filter(char::is_ascii_alphabetic);
    let (from, to) = (letter(first)?, letter(last)?);
    (from <= to && from.is_ascii_lowercase() == to.is_ascii_lowercase())
        .then(|| (from..=to).step_by(step).map(String::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_keep_their_width_and_their_order() {
        let check = |pattern: &str, expected: &[&str]| {
            assert_eq!(expand(pattern).unwrap(), expected, "{pattern}")
        };
        check(
            "edge[09:11].lab",
            &["edge09.lab", "edge10.lab", "edge11.lab"],
        );
        check("r[1:5:2]", &["r1", "r3", "r5"]);
        check("[a:b][1:2]", &["a1", "a2", "b1", "b2"]);
        check("plain", &["plain"]);
        check("[fd00::1]", &["[fd00::1]"]);
    }

    #[test]
    fn a_range_that_goes_backwards_or_on_and_on_is_a_mistake() {
        assert_eq!(expand("r[5:1]").unwrap_err(), "`[5:1]` is not a range");
        assert_eq!(expand("r[a:Z]").unwrap_err(), "`[a:Z]` is not a range");
        assert_eq!(expand("r[1:5:0]").unwrap_err(), "`[1:5:0]` is not a range");
        assert!(
            expand("r[1:1000][1:1000]")
                .unwrap_err()
                .contains("more than 100000")
        );
    }
}
