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
