//! Names of devices: one, or `edge-{n}` for many.

/// The place of the number in a name.
const NUMBER: &str = "{n}";

/// The longest label of a host name (RFC 1123).
const NAME_LENGTH_MAX: usize = 63;

/// The name of one device, or the pattern of many names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamePattern {
    before: String,
    after: Option<String>,
    count: usize,
}

impl NamePattern {
    /// The pattern of `count` names; `text` has a `{n}` if `count` is given.
    ///
    /// # Errors
    ///
    /// What is wrong, and the next step.
    pub(super) fn parse(text: &str, count: Option<usize>) -> Result<Self, (String, String)> {
        let (before, after) = match (text.split_once(NUMBER), count) {
            (Some((before, after)), Some(_)) => (before, Some(after.to_string())),
            (None, None) => (text, None),
            (Some(_), None) => {
                return Err(wrong(
                    "`{n}` needs a count",
                    "add `count: 24`, say, or write one name",
                ));
            }
            (None, Some(_)) => {
                let hint = format!("write `{text}-{{n}}`, or leave `count` out");
                return Err(wrong("`count` needs `{n}` in the name", &hint));
            }
        };
        let pattern = Self {
            before: before.to_string(),
            after,
            count: count.unwrap_or(1),
        };
        // The last name is the longest, and all of them have the same letters.
        let longest = pattern.nth(pattern.count - 1).unwrap_or_default();
        host_name(&longest).map(|()| pattern)
    }

    /// How many names there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The name with this index, from 0; the `n` of a pattern counts from 1.
    #[must_use]
    pub fn nth(&self, index: usize) -> Option<String> {
        if index >= self.count {
            return None;
        }
        Some(match &self.after {
            None => self.before.clone(),
            Some(after) => format!("{}{}{after}", self.before, index + 1),
        })
    }

    /// The index of a name, if it is one of these.
    #[must_use]
    pub fn index(&self, name: &str) -> Option<usize> {
        let Some(after) = &self.after else {
            return (name == self.before).then_some(0);
        };
        let number = name
            .strip_prefix(&self.before)?
            .strip_suffix(after.as_str())?;
        // A number is written in one way: `edge-01` and `edge-+1` are other names.
        let plain = number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
        let index = number
            .parse::<usize>()
            .ok()
            .filter(|_| plain)?
            .checked_sub(1)?;
        (index < self.count).then_some(index)
    }

    /// Whether it is one name, and no pattern.
    pub(super) fn is_single(&self) -> bool {
        self.after.is_none()
    }

    /// The first of these names that is also one of the others.
    pub(super) fn first_shared(&self, others: &Self) -> Option<usize> {
        let related = |one: &str, other: &str| one.starts_with(other) || other.starts_with(one);
        if !related(&self.before, &others.before) {
            return None;
        }
        if self.count <= others.count {
            let mut own = 0..self.count;
            return own.find(|index| self.nth(*index).is_some_and(|n| others.index(&n).is_some()));
        }
        let theirs = (0..others.count).filter_map(|index| self.index(&others.nth(index)?));
        theirs.min()
    }
}

/// A host name has letters, digits and hyphens, and begins and ends with no hyphen.
fn host_name(name: &str) -> Result<(), (String, String)> {
    let hint = "use letters, digits and hyphens, 63 at most, e.g. edge-1";
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if name.is_empty() || name.len() > NAME_LENGTH_MAX || !name.chars().all(plain) {
        return Err(wrong(
            &format!("`{}` is not a host name", name.escape_debug()),
            hint,
        ));
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Err(wrong(
            &format!("the host name `{name}` begins or ends with a hyphen"),
            hint,
        ));
    }
    Ok(())
}

fn wrong(says: &str, hint: &str) -> (String, String) {
    (says.to_string(), hint.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str, count: usize) -> NamePattern {
        NamePattern::parse(text, text.contains(NUMBER).then_some(count)).unwrap()
    }

    #[test]
    fn a_name_and_its_index_name_each_other() {
        for names in [
            pattern("edge-{n}", 1200),
            pattern("{n}x", 7),
            pattern("one", 1),
        ] {
            for index in 0..names.count() {
                assert_eq!(names.index(&names.nth(index).unwrap()), Some(index));
            }
        }
        for other in [
            "edge-0",
            "edge-01",
            "edge-+1",
            "edge-",
            "edge-1201",
            "edge-1x",
            "one",
        ] {
            assert_eq!(pattern("edge-{n}", 1200).index(other), None, "{other}");
        }
    }

    #[test]
    fn patterns_share_the_names_that_both_of_them_have() {
        let first = |one: &NamePattern, other| one.first_shared(&pattern(other, 20));
        let edges = pattern("edge-{n}", 300);
        assert_eq!(first(&edges, "edge-1{n}"), Some(10), "edge-11");
        assert_eq!(first(&pattern("edge-1{n}", 20), "edge-{n}"), Some(0));
        assert_eq!(first(&edges, "edge-{n}"), Some(0));
        assert_eq!(first(&edges, "edge-7"), Some(6));
        assert_eq!(first(&edges, "core-{n}"), None);
        assert_eq!(first(&edges, "edge-{n}-b"), None);
    }
}
