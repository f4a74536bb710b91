//! The `faults` key of a fleet or a device, and a rule that comes from elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;
use yaml::Mistake;

use super::judge::{Judge, Map, Value};
use super::node::Node;
use super::spelling;
use crate::faults::catalogue::{self, Entry, Form, Parameter};
use crate::faults::pace::PROFILES;
use crate::faults::rule::{Count, Regex1, Rule, Setting, When};
use crate::ssh::algorithms;

/// So many rules a topology may have: more than anybody can watch.
pub(crate) const RULES_MAX: usize = 10_000;

/// A rule, and whom it concerns.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The rule.
    pub rule: Arc<Rule>,
    /// The devices.
    pub scope: Scope,
}

/// Which devices a rule concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    Fleet,
    /// Those with this role.
    Role(String),
    /// Those of one entry of `devices`, or one of them: the number of the first, and how many.
    Devices(usize, usize),
}

impl Scope {
    /// Whether a device is meant.
    #[must_use]
    pub fn covers(&self, number: usize, role: Option<&str>) -> bool {
        match self {
            Self::Fleet => true,
            Self::Role(wanted) => role == Some(wanted.as_str()),
            Self::Devices(first, count) => (*first..first + count).contains(&number),
        }
    }
}

/// Keys that every rule may have.
const KEYS: [&str; 4] = ["id", "kind", "when", "role"];

/// Keys of a `when`.
const WHEN: [&str; 9] = [
    "session",
    "command",
    "line",
    "line_matches",
    "after_bytes",
    "at",
    "probability",
    "seed",
    "times",
];

/// A rule that somebody sends, in YAML or JSON.
///
/// # Errors
///
/// Every mistake in it.
pub(crate) fn parse(name: &str, text: &str) -> Result<Rule, Vec<Mistake>> {
    let root: Node = yaml::read(name, text).map_err(|mistake| vec![mistake])?;
    let mut judge = Judge::new(name, text);
    let whole = Value {
        path: String::new(),
        node: &root,
    };
    let found = rule(&mut judge, &whole);
    judge.verdict(found)
}

/// The rules of a list.
pub(super) fn read(judge: &mut Judge, value: &Value<'_>) -> Option<Vec<Rule>> {
    let items = judge.list(value, "faults")?;
    if items.len() > RULES_MAX {
        let says = format!("these are {} faults", items.len());
        judge.wrong(
            &value.path,
            says,
            format!("a topology has at most {RULES_MAX}"),
        );
        return None;
    }
    let rules: Vec<_> = items.iter().filter_map(|item| rule(judge, item)).collect();
    (rules.len() == items.len()).then_some(rules)
}

/// The rules of a fleet, each of which may name a role.
pub(super) fn of_fleet(judge: &mut Judge, value: &Value<'_>) -> Option<Vec<(String, Placed)>> {
    Some(placed(&value.path, read(judge, value)?, &Scope::Fleet))
}

/// Rules and where they stand, with the devices that they concern.
pub(super) fn placed(path: &str, rules: Vec<Rule>, scope: &Scope) -> Vec<(String, Placed)> {
    let place = |(index, rule): (usize, Rule)| {
        let scope = match &rule.role {
            Some(role) => Scope::Role(role.clone()),
            None => scope.clone(),
        };
        let rule = Arc::new(rule);
        (format!("{path}[{index}].id"), Placed { rule, scope })
    };
    rules.into_iter().enumerate().map(place).collect()
}

/// All rules of a topology; two of them have no id in common.
pub(super) fn all(
    judge: &mut Judge,
    general: Option<Vec<(String, Placed)>>,
    own: Vec<(String, Placed)>,
) -> Vec<Placed> {
    let mut known = std::collections::BTreeSet::new();
    let mut found = vec![];
    for (path, placed) in general.into_iter().flatten().chain(own) {
        if known.insert(placed.rule.id.clone()) {
            found.push(placed);
        } else {
            let says = format!("the id `{}` is taken", placed.rule.id);
            judge.wrong(&path, says, "give each fault an id of its own");
        }
    }
    found
}

fn rule(judge: &mut Judge, value: &Value<'_>) -> Option<Rule> {
    let entry = entry(judge, value)?;
    let own = entry.parameters.iter().map(|parameter| parameter.name);
    let keys: Vec<&str> = KEYS.into_iter().chain(own).collect();
    let map = judge.map(value, &keys)?;
    let id = judge.required(&map, "id").and_then(|id| word(judge, &id));
    let when = match map.get("when") {
        Some(value) => when(judge, &value),
        None => Some(When::default()),
    };
    let settings: Vec<_> = entry
        .parameters
        .iter()
        .filter_map(|parameter| Some((parameter.name, setting(judge, &map, parameter)?)))
        .collect();
    let role = match map.get("role") {
        Some(value) => Some(judge.filled(&value)?.to_string()),
        None => None,
    };
    let mut when = when?;
    if !entry.lines.is_empty() && !when.names_a_line() {
        when.line_matches = Regex::new(entry.lines).ok();
    }
    (settings.len() == entry.parameters.len()).then_some(())?;
    Some(Rule {
        id: id?,
        entry,
        role,
        when,
        settings: settings.into_iter().collect::<BTreeMap<_, _>>(),
        written: written(value.node),
        hits: Default::default(),
    })
}

/// The fault that the rule names.
fn entry(judge: &mut Judge, value: &Value<'_>) -> Option<&'static Entry> {
    let Node::Map(entries) = value.node else {
        judge.map(value, &KEYS);
        return None;
    };
    if !entries.iter().any(|(key, _)| key == "kind") {
        let hint = "add `kind: ...`; `fleet faults` lists the kinds";
        judge.wrong(&value.path, "`kind` is missing", hint);
        return None;
    }
    let (_, node) = entries.iter().find(|(key, _)| key == "kind")?;
    let path = if value.path.is_empty() {
        "kind".to_string()
    } else {
        format!("{}.kind", value.path)
    };
    let kind = Value { path, node };
    let name = judge.filled(&kind)?;
    let found = catalogue::find(name);
    if found.is_none() {
        let hint = match spelling::nearest(name, catalogue::all().map(|entry| entry.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`fleet faults` lists the kinds".to_string(),
        };
        judge.wrong(
            &kind.path,
            format!("unknown kind of fault `{}`", name.escape_debug()),
            hint,
        );
    }
    found
}

fn word(judge: &mut Judge, value: &Value<'_>) -> Option<String> {
    let text = judge.filled(value)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if text.len() > 64 || !text.chars().all(plain) {
        let says = format!("`{}` is not an id", text.escape_debug());
        judge.wrong(
            &value.path,
            says,
            "use letters, digits, hyphens, dots, at most 64",
        );
        return None;
    }
    Some(text.to_string())
}

fn when(judge: &mut Judge, value: &Value<'_>) -> Option<When> {
    let map = judge.map(value, &WHEN)?;
    let number = |judge: &mut Judge, key: &str, low| match map.get(key) {
        None => Some(None),
        Some(value) => judge.number(&value, low, u64::MAX).map(Some),
    };
    let session = count(judge, &map, "session");
    let command = count(judge, &map, "command");
    let line = count(judge, &map, "line");
    let line_matches = match map.get("line_matches") {
        None => Some(None),
        Some(value) => pattern(judge, &value).map(Some),
    };
    let after_bytes = number(judge, "after_bytes", 0);
    let at = match map.get("at") {
        None => Some(None),
        Some(value) => time(judge, &value).map(Some),
    };
    let probability = probability(judge, &map);
    let seed = number(judge, "seed", 0);
    let times = number(judge, "times", 1);
    Some(When {
        session: session?,
        command: command?,
        line: line?,
        line_matches: line_matches?,
        after_bytes: after_bytes?,
        at: at?,
        probability: probability?,
        seed: seed?.unwrap_or(0),
        times: times?,
    })
}

/// `3` or `3+`.
#[allow(
    clippy::option_option,
    reason = "a mistake, none, and one are three answers"
)]
fn count(judge: &mut Judge, map: &Map<'_>, key: &str) -> Option<Option<Count>> {
    let Some(value) = map.get(key) else {
        return Some(None);
    };
    if let Node::Text(text) = value.node {
        let number = text.strip_suffix('+').and_then(|text| text.parse().ok());
        if let Some(number) = number.filter(|number| *number > 0) {
            return Some(Some(Count::From(number)));
        }
        let says = format!("`{}` is not a place in a count", text.escape_debug());
        judge.wrong(
            &value.path,
            says,
            "write 3, or 3+ for the third and all after it",
        );
        return None;
    }
    let number = judge.number(&value, 1, u64::MAX)?;
    Some(Some(Count::Exactly(number)))
}

#[allow(
    clippy::option_option,
    reason = "a mistake, none, and one are three answers"
)]
fn probability(judge: &mut Judge, map: &Map<'_>) -> Option<Option<f64>> {
    let Some(value) = map.get("probability") else {
        return Some(None);
    };
    let number = match value.node {
        Node::Fraction(number) => Some(*number),
        Node::Number(number @ 0..=1) => Some(f64::from(*number as i8)),
        _ => None,
    };
    let number = number.filter(|number| (0.0..=1.0).contains(number));
    if number.is_none() {
        let says = format!("this should be a probability and is {}", value.node.kind());
        judge.wrong(&value.path, says, "write a number from 0 to 1, e.g. 0.25");
    }
    number.map(Some)
}

fn pattern(judge: &mut Judge, value: &Value<'_>) -> Option<Regex> {
    let text = judge.filled(value)?;
    let built = regex::RegexBuilder::new(text).size_limit(1 << 20).build();
    built
        .map_err(|error| {
            let reason = error.to_string();
            let last = reason.lines().last().unwrap_or_default().trim().to_string();
            let says = format!("`{}` is not a pattern: {last}", text.escape_debug());
            judge.wrong(
                &value.path,
                says,
                "write a regular expression, e.g. ^router bgp",
            );
        })
        .ok()
}

/// A parameter's value, or its default.
fn setting(judge: &mut Judge, map: &Map<'_>, parameter: &Parameter) -> Option<Setting> {
    let Some(value) = map.get(parameter.name) else {
        return default(judge, map, parameter);
    };
    match parameter.form {
        Form::Time => time(judge, &value).map(Setting::Time),
        Form::Number => judge.number(&value, 0, NUMBER_MAX).map(Setting::Number),
        Form::Text if parameter.name == "profile" => profile(judge, &value),
        Form::Text => judge
            .text(&value)
            .map(|text| Setting::Text(text.to_string())),
        Form::Truth => match value.node {
            Node::Truth(truth) => Some(Setting::Truth(*truth)),
            other => {
                let says = format!("this should be true or false and is {}", other.kind());
                judge.wrong(&value.path, says, "write `true` or `false`");
                None
            }
        },
        Form::List if parameter.name == PATTERNS => {
            let items = judge.list(&value, "patterns")?;
            let found = items.iter().map(|item| pattern(judge, item).map(Regex1));
            found.collect::<Option<Vec<_>>>().map(Setting::Patterns)
        }
        Form::List => {
            if let Some(known) = algorithms_of(parameter.name) {
                return super::ssh::names(judge, map, parameter.name, &known).map(Setting::List);
            }
            let items = judge.list(&value, "texts")?;
            let found = items
                .iter()
                .map(|item| judge.text(item).map(str::to_string));
            found.collect::<Option<Vec<_>>>().map(Setting::List)
        }
    }
}

/// A link that is known.
fn profile(judge: &mut Judge, value: &Value<'_>) -> Option<Setting> {
    let text = judge.filled(value)?;
    if !PROFILES.contains(&text) {
        let says = format!("unknown profile `{}`", text.escape_debug());
        judge.wrong(
            &value.path,
            says,
            format!("known are {}", PROFILES.join(", ")),
        );
        return None;
    }
    Some(Setting::Text(text.to_string()))
}

/// The algorithms that a parameter may name, if it names some.
fn algorithms_of(parameter: &str) -> Option<Vec<&'static str>> {
    match parameter {
        "kex" => Some(algorithms::kex_names()),
        "cipher" => Some(algorithms::cipher_names()),
        "mac" => Some(algorithms::mac_names()),
        _ => None,
    }
}

/// The parameter whose texts are patterns.
const PATTERNS: &str = "spares";

/// The largest number: of bytes, as a rule.
const NUMBER_MAX: u64 = 100_000_000;

fn default(judge: &mut Judge, map: &Map<'_>, parameter: &Parameter) -> Option<Setting> {
    let text = parameter.default;
    match parameter.form {
        Form::Time => Some(Setting::Time(duration(text).unwrap_or_default())),
        Form::Number => Some(Setting::Number(text.parse().unwrap_or_default())),
        Form::Truth => Some(Setting::Truth(text == "true")),
        Form::Text if text.is_empty() => {
            judge.required(map, parameter.name);
            None
        }
        Form::Text => Some(Setting::Text(text.replace("\\n", "\n"))),
        Form::List => {
            let texts: Vec<String> = serde_json::from_str(text).unwrap_or_default();
            if parameter.name == PATTERNS {
                let patterns = texts.iter().filter_map(|text| Regex::new(text).ok());
                return Some(Setting::Patterns(patterns.map(Regex1).collect()));
            }
            Some(Setting::List(texts))
        }
    }
}

fn time(judge: &mut Judge, value: &Value<'_>) -> Option<Duration> {
    let (found, what) = match value.node {
        Node::Text(text) => (duration(text), format!("`{}`", text.escape_debug())),
        other => (None, other.kind()),
    };
    if found.is_none() {
        let says = format!("this should be a time and is {what}");
        let hint = "write a number and a unit: 250ms, 30s, 5m, 1h";
        judge.wrong(&value.path, says, hint);
    }
    found
}

/// `250ms`, `30s`, `5m`, `1h`; at most ten days.
fn duration(text: &str) -> Option<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(split);
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let whole = number.parse::<u64>().ok()?.checked_mul(milliseconds)?;
    (whole <= 864_000_000).then(|| Duration::from_millis(whole))
}

/// A rule in YAML's flow style.
fn written(node: &Node) -> String {
    match node {
        Node::Empty => "null".to_string(),
        Node::Truth(value) => value.to_string(),
        Node::Number(value) => value.to_string(),
        Node::Fraction(value) => value.to_string(),
        Node::Text(text) => {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.^+/".contains(c);
            let bare = !text.is_empty()
                && text.chars().all(plain)
                && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '^');
            if bare {
                text.clone()
            } else {
                serde_json::to_string(text).unwrap_or_default()
            }
        }
        Node::List(items) => {
            let items: Vec<_> = items.iter().map(written).collect();
            format!("[{}]", items.join(", "))
        }
        Node::Map(entries) => {
            let one = |(key, value): &(String, Node)| format!("{key}: {}", written(value));
            let entries: Vec<_> = entries.iter().map(one).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}
