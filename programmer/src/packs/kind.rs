//! The types of fields, and what passes for a value of each.
//!
//! A value that passes can be typed into a device: no type lets a control character, a `?` or a line end
//! through, because a terminal takes them for keys. `lines` is several such lines; its line ends become
//! [`marks::LINE_END`], which only a multi-line command may hold.

use minijinja::Value;
use regex::Regex;

use super::address::{self, Interface4, Interface6, Mac};
use super::field::{Field, compile_all};
use super::marks;
use super::writer_file::{FieldFile, KindFile};
use crate::node::Node;
pub(super) use crate::secret::MASKED_CHARS_MIN;

/// The longest text that a field may have.
pub(super) const TEXT_CHARS_MAX: i64 = 255;
/// The longest single word that a field may have.
const NAME_CHARS_MAX: i64 = 63;
/// The longest text of several lines; IOS reads banners of 3,000 characters.
const LINES_CHARS_MAX: i64 = 3_000;
/// The longest list that a field may have.
pub(super) const LIST_ITEMS_MAX: i64 = 1_000;
/// The longest raw template, in bytes; a configuration of 2,000 lines fits.
pub(super) const TEMPLATE_BYTES_MAX: usize = 65_536;
/// VLANs that IOS keeps for itself.
pub(super) const RESERVED_VLANS: std::ops::RangeInclusive<i64> = 1002..=1005;

/// What [`text`] lets through, as a pattern: no control characters, and neither `?` nor `"`.
pub(super) const TYPABLE: &str = r#"^[^\x00-\x1f\x7f?"]*$"#;
/// The same for one word.
pub(super) const BLANKLESS: &str = r#"^[^\s\x00-\x1f\x7f?"]+$"#;

/// The type of a field.
#[derive(Debug)]
pub(super) enum Kind {
    Integer {
        min: i64,
        max: i64,
    },
    Vlan,
    Ipv4,
    Interface4,
    Prefix4,
    Group4,
    Ipv6,
    Interface6,
    Mac,
    Name {
        pattern: Option<Regex>,
        chars_max: i64,
    },
    Text {
        pattern: Option<Regex>,
        chars_max: i64,
    },
    Lines {
        chars_max: i64,
    },
    Secret,
    Bool,
    Choice(Vec<String>),
    List {
        of: Box<Field>,
        items_max: i64,
    },
    Group(Vec<(String, Field)>),
    /// The text of a raw CLI template.
    Template,
    /// What a raw template's variables may be: names and definitions of fields.
    Variables,
    /// What a raw template's variables are.
    Values,
}

impl Kind {
    /// Compiles a type, or says what is wrong with its definition.
    pub(super) fn compile(file: &FieldFile) -> Result<Self, String> {
        let pattern = || {
            let compiled = file.pattern.as_deref().map(Regex::new).transpose();
            compiled.map_err(|error| error.to_string())
        };
        let max = |otherwise| file.max.unwrap_or(otherwise);
        Ok(match file.kind {
            KindFile::Integer => Self::Integer {
                min: file.min.unwrap_or(0),
                max: max(i64::from(u32::MAX)),
            },
            KindFile::Vlan => Self::Vlan,
            KindFile::Ipv4 => Self::Ipv4,
            KindFile::Interface4 => Self::Interface4,
            KindFile::Prefix4 => Self::Prefix4,
            KindFile::Group4 => Self::Group4,
            KindFile::Ipv6 => Self::Ipv6,
            KindFile::Interface6 => Self::Interface6,
            KindFile::Mac => Self::Mac,
            KindFile::Name => Self::Name {
                pattern: pattern()?,
                chars_max: max(NAME_CHARS_MAX),
            },
            KindFile::Text => Self::Text {
                pattern: pattern()?,
                chars_max: max(TEXT_CHARS_MAX),
            },
            KindFile::Lines => Self::Lines {
                chars_max: max(LINES_CHARS_MAX),
            },
            KindFile::Secret => Self::Secret,
            KindFile::Bool => Self::Bool,
            KindFile::Choice => Self::Choice(file.values.clone()),
            KindFile::List => {
                let of = file.of.clone().ok_or("a list needs `of`")?;
                Self::List {
                    of: Box::new(Field::compile(*of)?),
                    items_max: max(LIST_ITEMS_MAX),
                }
            }
            KindFile::Group => Self::Group(compile_group(file)?),
            KindFile::Template => Self::Template,
            KindFile::Variables => Self::Variables,
            KindFile::Values => Self::Values,
        })
    }

    /// What may stand there, in a few words.
    pub(super) fn about(&self) -> String {
        match self {
            Self::Integer { min, max } => format!("{min} to {max}"),
            Self::Vlan => "a VLAN".into(),
            Self::Ipv4 => "IPv4".into(),
            Self::Interface4 => "IPv4/length".into(),
            Self::Prefix4 => "IPv4 subnet".into(),
            Self::Group4 => "multicast groups".into(),
            Self::Ipv6 => "IPv6".into(),
            Self::Interface6 => "IPv6/length".into(),
            Self::Mac => "a MAC address".into(),
            Self::Name { .. } => "a word".into(),
            Self::Text { .. } => "text".into(),
            Self::Lines { .. } => "lines".into(),
            Self::Secret => "a secret".into(),
            Self::Bool => "true or false".into(),
            Self::Choice(values) => values.join(", "),
            Self::List { of, .. } => format!("list of: {}", of.about()),
            Self::Group(_) => "group".into(),
            Self::Template => "a template".into(),
            Self::Variables => "definitions".into(),
            Self::Values => "values".into(),
        }
    }

    /// Checks a scalar and turns it into what templates see.
    pub(super) fn scalar(&self, node: &Node) -> Result<Value, Bad> {
        match self {
            Self::Integer { min, max } => integer(node, *min, *max).map(Value::from),
            Self::Vlan => vlan(node).map(Value::from),
            Self::Bool => match node {
                Node::Bool(value) => Ok(Value::from(*value)),
                other => bad(
                    format!("{} is not true or false", other.kind()),
                    "write true or false",
                ),
            },
            Self::Choice(values) => choice(node, values),
            Self::Name { pattern, chars_max } => {
                let text = one_word(node, *chars_max)?;
                of_form(text, pattern.as_ref()).map(Value::from)
            }
            Self::Text { pattern, chars_max } => {
                let text = text(node, *chars_max)?;
                of_form(text, pattern.as_ref()).map(Value::from)
            }
            Self::Lines { chars_max } => lines(node, *chars_max).map(Value::from),
            Self::Template => template(node).map(Value::from),
            _ => self.address(node),
        }
    }

    fn address(&self, node: &Node) -> Result<Value, Bad> {
        let text = one_word(node, TEXT_CHARS_MAX)?;
        let parsed = match self {
            Self::Ipv4 => address::ipv4(&text).map(|ip| Value::from(ip.to_string())),
            Self::Interface4 => Interface4::parse_host(&text).map(|it| it.to_value()),
            Self::Prefix4 => Interface4::parse_subnet(&text).map(|it| it.to_value()),
            Self::Group4 => Interface4::parse_groups(&text).map(|it| it.to_value()),
            // In capitals, as IOS shows it.
            Self::Ipv6 => address::ipv6(&text).map(|ip| Value::from(ip.to_string().to_uppercase())),
            Self::Interface6 => Interface6::parse(&text).map(|it| it.to_value()),
            _ => Mac::parse(&text).map(|mac| Value::from(mac.to_string())),
        };
        parsed.map_err(|wrong| Bad {
            what: wrong.what,
            hint: wrong.hint,
        })
    }
}

/// A default inside a group is a value: a template would need what the group doesn't see.
fn compile_group(file: &FieldFile) -> Result<Vec<(String, Field)>, String> {
    let fields = compile_all(file.fields.clone())?;
    let is_template = |default: &Node| matches!(default, Node::Text(text) if text.contains("{{") || text.contains("{%"));
    match fields
        .iter()
        .find(|(_, field)| field.default().is_some_and(is_template))
    {
        Some((name, _)) => Err(format!(
            "the default of `{name}` stands in a group, so it can't be a template"
        )),
        None => Ok(fields),
    }
}

/// What is wrong with a value, and what to write instead.
pub(super) struct Bad {
    pub(super) what: String,
    pub(super) hint: String,
}

pub(super) fn bad<T>(what: impl Into<String>, hint: impl Into<String>) -> Result<T, Bad> {
    Err(Bad {
        what: what.into(),
        hint: hint.into(),
    })
}

fn integer(node: &Node, min: i64, max: i64) -> Result<i64, Bad> {
    let number = match node {
        Node::Integer(number) => Some(*number),
        Node::Text(text) => text.parse().ok(),
        _ => None,
    };
    match number {
        Some(number) if (min..=max).contains(&number) => Ok(number),
        Some(number) => bad(
            format!("{number} is out of range"),
            format!("give a number from {min} to {max}"),
        ),
        None => bad(
            format!("{} is not a whole number", shown(node)),
            format!("give a number from {min} to {max}"),
        ),
    }
}

fn vlan(node: &Node) -> Result<i64, Bad> {
    const HINT: &str = "a VLAN is a number from 2 to 4094, except 1002 to 1005, which IOS keeps";
    match integer(node, 2, 4094) {
        Ok(number) if RESERVED_VLANS.contains(&number) => {
            bad(format!("VLAN {number} is reserved"), HINT)
        }
        Ok(number) => Ok(number),
        Err(_) => bad(format!("{} is not a VLAN", shown(node)), HINT),
    }
}

fn choice(node: &Node, values: &[String]) -> Result<Value, Bad> {
    match node.as_text().filter(|text| values.contains(text)) {
        Some(text) => Ok(Value::from(text)),
        None => bad(
            format!("{} is not one of them", shown(node)),
            format!("one of: {}", values.join(", ")),
        ),
    }
}

/// A text that must have a form.
fn of_form(text: String, pattern: Option<&Regex>) -> Result<String, Bad> {
    match pattern.filter(|pattern| !pattern.is_match(&text)) {
        None => Ok(text),
        Some(pattern) => bad(
            format!("`{text}` has a form that is not allowed"),
            format!("it must match {pattern}"),
        ),
    }
}

/// Several lines, each of which can be typed. What stands between them is a mark, so that they can't become
/// commands of their own.
fn lines(node: &Node, chars_max: i64) -> Result<String, Bad> {
    let Some(all) = node.as_text() else {
        return text(node, chars_max);
    };
    let all = all.trim_end_matches('\n');
    let chars = i64::try_from(all.chars().count()).unwrap_or(i64::MAX);
    if chars > chars_max {
        let hint = format!("at most {chars_max} are allowed");
        return bad(format!("the text has {chars} characters"), hint);
    }
    let mut checked = Vec::new();
    for line in all.split('\n').map(|line| line.trim_end_matches('\r')) {
        checked.push(match line.trim().is_empty() {
            true => String::new(),
            false => text(&Node::Text(line.to_string()), chars_max)?,
        });
    }
    if checked.iter().all(String::is_empty) {
        return bad(
            "the text is empty",
            "write something, or leave the field out",
        );
    }
    Ok(checked.join(&marks::LINE_END.to_string()))
}

/// A raw template: its lines are checked when it has been rendered.
fn template(node: &Node) -> Result<String, Bad> {
    let Node::Text(text) = node else {
        return bad(
            format!("{} is not text", node.kind()),
            "write `|` and the template below it",
        );
    };
    if text.trim().is_empty() {
        return bad("the template is empty", "write its lines below `|`");
    }
    if text.len() > TEMPLATE_BYTES_MAX {
        let hint = format!("at most {TEMPLATE_BYTES_MAX} are allowed; make several features of it");
        return bad(format!("the template has {} bytes", text.len()), hint);
    }
    match text
        .chars()
        .find(|it| it.is_control() && !matches!(it, '\n' | '\r' | '\t'))
    {
        None => Ok(text.replace("\r\n", "\n")),
        Some(key) => bad(
            format!("the template has {key:?}, which a terminal takes for a key"),
            "leave it out",
        ),
    }
}

/// A secret that is too short to be found again in a text can't be kept out of it.
pub(super) fn secret(node: &Node) -> Result<String, Bad> {
    let text = one_word(node, TEXT_CHARS_MAX)?;
    if text.chars().count() < MASKED_CHARS_MIN {
        let hint =
            format!("choose one of {MASKED_CHARS_MIN} characters or more; it is never shown");
        return bad("the secret is too short", hint);
    }
    Ok(text)
}

fn one_word(node: &Node, chars_max: i64) -> Result<String, Bad> {
    let text = text(node, chars_max)?;
    if text.contains(char::is_whitespace) {
        return bad(format!("`{text}` has a blank"), "write one word");
    }
    Ok(text)
}

/// Text that can be typed: anything but keys of the terminal. Letters outside ASCII are let through (a
/// line may read 8 bits); rendering warns of them.
fn text(node: &Node, chars_max: i64) -> Result<String, Bad> {
    let Some(text) = node.as_text() else {
        return bad(
            format!("{} is not text", node.kind()),
            "write a text, in quotes if need be",
        );
    };
    let chars = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    if text.trim().is_empty() {
        return bad(
            "the text is empty",
            "write something, or leave the field out",
        );
    }
    if chars > chars_max {
        return bad(
            format!("the text has {chars} characters"),
            format!("at most {chars_max} are allowed"),
        );
    }
    match text
        .chars()
        .find(|letter| letter.is_control() || matches!(letter, '?' | '"'))
    {
        None => Ok(text),
        Some(key) => bad(
            format!(
                "the text has {key:?}, which a terminal takes for a key or the end of the text"
            ),
            "leave that character out",
        ),
    }
}

pub(super) fn shown(node: &Node) -> String {
    node.as_text()
        .map_or_else(|| node.kind().to_string(), |text| format!("`{text}`"))
}
