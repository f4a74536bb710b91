//! Texts with values to fill in: `clock timezone $zone $hours ${minutes:-0}`.

/// A text with places for values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(Box<str>),
    Value {
        name: Box<str>,
        filter: Option<Filter>,
        otherwise: Box<str>,
    },
}

/// What a stored value goes through first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// A type-9 secret: scrypt.
    Scrypt9,
    /// A type-7 password.
    Type7,
    /// The hexadecimal form in which keys of NTP are shown: type 7 without its mark.
    Md57,
}

/// Why a text can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// `${` without `}`.
    #[error("`${{` is not closed")]
    Open,
    /// A filter that doesn't exist.
    #[error("no filter is called `{0}`; there are scrypt9, type7 and md5-7")]
    Filter(String),
}

impl Fill {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// A value that isn't closed, or a filter that doesn't exist.
    pub fn parse(text: &str) -> Result<Self, FillError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let (before, from) = rest.split_at(at);
            let after = &from[1..];
            let (part, left) = if let Some(braced) = after.strip_prefix('{') {
                let (inside, left) = braced.split_once('}').ok_or(FillError::Open)?;
                (Self::value(inside)?, left)
            } else {
                let end = after
                    .find(|c: char| !c.is_alphanumeric() && c != '_')
                    .unwrap_or(after.len());
                let (name, left) = after.split_at(end);
                if name.is_empty() {
                    parts.push(Part::Text(format!("{before}$").into()));
                    rest = left;
                    continue;
                }
                (
                    Part::Value {
                        name: name.into(),
                        filter: None,
                        otherwise: "".into(),
                    },
                    left,
                )
            };
            parts.push(Part::Text(before.into()));
            parts.push(part);
            rest = left;
        }
        parts.push(Part::Text(rest.into()));
        Ok(Self { parts })
    }

    fn value(inside: &str) -> Result<Part, FillError> {
        let (inside, otherwise) = inside.split_once(":-").unwrap_or((inside, ""));
        let (name, filter) = match inside.split_once('|') {
            Some((name, filter)) => (name, Some(Filter::parse(filter.trim())?)),
            None => (inside, None),
        };
        Ok(Part::Value {
            name: name.trim().into(),
            filter,
            otherwise: otherwise.into(),
        })
    }

    /// The text with its values; one that is absent leaves a single blank out with it.
    pub fn with<'v>(
        &self,
        value: impl Fn(&str) -> Option<&'v str>,
        mut filtered: impl FnMut(Filter, &str) -> String,
    ) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => {
                    let doubled = text.ends_with(' ') && plain.starts_with(' ');
                    text.push_str(if doubled { &plain[1..] } else { plain });
                }
                Part::Value {
                    name,
                    filter,
                    otherwise,
                } => match (value(name), filter) {
                    (Some(found), Some(filter)) => text.push_str(&filtered(*filter, found)),
                    (Some(found), None) => text.push_str(found),
                    (None, _) => text.push_str(otherwise),
                },
            }
        }
        let ends_in_blank =
            matches!(self.parts.last(), Some(Part::Text(last)) if last.ends_with(' '));
        if !ends_in_blank {
            text.truncate(text.trim_end().len());
        }
        text
    }

    /// Whether a value goes through a filter here.
    #[must_use]
    pub fn hides(&self, wanted: &str) -> bool {
        self.parts.iter().any(
            |part| matches!(part, Part::Value { name, filter: Some(_), .. } if **name == *wanted),
        )
    }

    /// The names of all values.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Value { name, .. } => Some(&**name),
            Part::Text(_) => None,
        })
    }
}

impl Filter {
    fn parse(name: &str) -> Result<Self, FillError> {
        match name {
            "scrypt9" => Ok(Self::Scrypt9),
            "type7" => Ok(Self::Type7),
            "md5-7" => Ok(Self::Md57),
            other => Err(FillError::Filter(other.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        let value = |name: &str| match name {
            "zone" => Some("CET"),
            "hours" => Some("1"),
            _ => None,
        };
        Fill::parse(text)
            .unwrap()
            .with(value, |_, text| format!("<{text}>"))
    }

    #[test]
    fn values_are_filled_in_and_have_defaults() {
        assert_eq!(
            filled("clock timezone $zone $hours ${minutes:-0}"),
            "clock timezone CET 1 0"
        );
        assert_eq!(filled("a ${none} b"), "a b");
        assert_eq!(filled("secret 9 ${zone|scrypt9}"), "secret 9 <CET>");
        assert_eq!(filled("costs 5$"), "costs 5$");
        assert_eq!(filled("a $none"), "a");
        assert_eq!(filled("if-authenticated "), "if-authenticated ");
    }

    #[test]
    fn an_unknown_filter_is_refused() {
        assert_eq!(
            Fill::parse("${a|b}"),
            Err(FillError::Filter("b".to_string()))
        );
        assert_eq!(Fill::parse("${a"), Err(FillError::Open));
    }
}
