//! A YAML or JSON value as it was written, before anything is known of its meaning.
//!
//! RFS documents are read into nodes and checked by hand, so that one run tells every mistake and not only
//! the first. Keys keep their order, and a key that stands twice is refused.

use std::fmt;

use serde::de::{
    Deserialize, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::ser::{Serialize, Serializer};

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// `null`, `~` or nothing.
    Empty,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(String),
    /// `[a, b]`.
    List(Vec<Node>),
    /// `{a: b}`, in the order in which it was written.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// What kind of value this is, as a message names it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Empty => "nothing",
            Self::Bool(_) => "true or false",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }

    /// The text of a scalar; numbers count as text, because `key: 1021` means what `key: "1021"` means.
    #[must_use]
    pub fn as_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Integer(number) => Some(number.to_string()),
            Self::Float(number) => Some(number.to_string()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Empty | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// The value of a key, if this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else {
            return None;
        };
        entries
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Empty => to.serialize_unit(),
            Self::Bool(value) => to.serialize_bool(*value),
            Self::Integer(number) => to.serialize_i64(*number),
            Self::Float(number) => to.serialize_f64(*number),
            Self::Text(text) => to.serialize_str(text),
            Self::List(items) => to.collect_seq(items),
            Self::Map(entries) => to.collect_map(entries.iter().map(|(key, value)| (key, value))),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyNode)
    }
}

struct AnyNode;

impl<'de> Visitor<'de> for AnyNode {
    type Value = Node;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Empty)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Empty)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        i64::try_from(value)
            .map(Node::Integer)
            .map_err(|_| E::custom(format!("the number {value} is too large")))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    /// `!vault` is written as JSON writes it, so that whoever needs the value can say what is wrong with it; `!unsafe`
    /// only says that a text is no template. Nobody else marks values.
    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Node, A::Error> {
        let (tag, value) = tagged.variant::<String>()?;
        let value: Node = value.newtype_variant()?;
        match tag.trim_start_matches('!') {
            "vault" | "vault-encrypted" => Ok(Node::Map(vec![("__ansible_vault".into(), value)])),
            "unsafe" => Ok(value),
            other => Err(A::Error::custom(format!("the tag `!{other}` is unknown"))),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map: Vec<(String, Node)> = Vec::new();
        while let Some(node) = entries.next_key::<Node>()? {
            let Some(key) = node.as_text() else {
                return Err(A::Error::custom(format!("{} can't be a key", node.kind())));
            };
            if map.iter().any(|(name, _)| *name == key) {
                return Err(A::Error::custom(format!("the key `{key}` stands twice")));
            }
            map.push((key, entries.next_value()?));
        }
        Ok(Node::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_refused_where_it_stands() {
        let mistake = yaml::read::<Node>("t.yaml", "a: 1\nb: 2\na: 3\n").unwrap_err();
        assert!(
            mistake.to_string().contains("the key `a` stands twice"),
            "{mistake}"
        );
    }

    #[test]
    fn yaml_and_json_give_the_same_node() {
        let from_yaml = yaml::read::<Node>("t", "{a: [1, x, true, null], b: 2.5}").unwrap();
        let from_json: Node =
            serde_json::from_str(r#"{"a": [1, "x", true, null], "b": 2.5}"#).unwrap();
        assert_eq!(from_yaml, from_json);
    }

    #[test]
    fn a_tag_is_no_value_of_its_own() {
        let node =
            yaml::read::<Node>("t", "a: !vault |\n  $ANSIBLE_VAULT;1.1\nb: !unsafe x\n").unwrap();
        assert!(node.get("a").unwrap().get("__ansible_vault").is_some());
        assert_eq!(node.get("b"), Some(&Node::Text("x".into())));
        let mistake = yaml::read::<Node>("t", "a: !python x").unwrap_err();
        assert!(
            mistake.to_string().contains("the tag `!python` is unknown"),
            "{mistake}"
        );
    }

    #[test]
    fn a_number_is_good_for_text() {
        let node = yaml::read::<Node>("t", "key: 1021").unwrap();
        assert_eq!(
            node.get("key").and_then(Node::as_text).as_deref(),
            Some("1021")
        );
    }
}
