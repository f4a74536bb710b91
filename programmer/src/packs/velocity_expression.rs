//! The references and expressions of Velocity, made into those of the template language of the rest.

use std::collections::BTreeSet;

use minijinja::{Environment, Value};

/// The methods that a reference may have; each is a filter of the same name with `vtl_` before it.
const METHODS: [&str; 12] = [
    "size",
    "length",
    "isEmpty",
    "split",
    "contains",
    "startsWith",
    "endsWith",
    "toUpperCase",
    "toLowerCase",
    "replace",
    "trim",
    "get",
];

/// The words of an expression, and what they become.
const OPERATORS: [(&str, &str); 20] = [
    ("==", "=="),
    ("!=", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("&&", "and"),
    ("||", "or"),
    ("<", "<"),
    (">", ">"),
    ("!", "not"),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "//"),
    ("%", "%"),
    ("(", "("),
    (")", ")"),
    (",", ","),
    ("{", "{"),
    ("}", "}"),
    (":", ":"),
];

const WORDS: [(&str, &str); 12] = [
    ("eq", "=="),
    ("ne", "!="),
    ("le", "<="),
    ("ge", ">="),
    ("lt", "<"),
    ("gt", ">"),
    ("and", "and"),
    ("or", "or"),
    ("not", "not"),
    ("true", "true"),
    ("false", "false"),
    ("null", "none"),
];

/// Names that mean something else in the language of the rest.
const RESERVED: [&str; 12] = [
    "true", "false", "none", "True", "False", "None", "not", "and", "or", "in", "is", "loop",
];

/// Adds the methods to an environment.
pub(super) fn add_methods(environment: &mut Environment<'_>) {
    let length = |value: Value| value.len().unwrap_or_default();
    environment.add_filter("vtl_size", length);
    environment.add_filter("vtl_length", length);
    environment.add_filter("vtl_isEmpty", move |value: Value| length(value) == 0);
    environment.add_filter("vtl_split", |text: String, at: String| {
        text.split(&at).map(String::from).collect::<Vec<_>>()
    });
    environment.add_filter("vtl_contains", |value: Value, part: Value| {
        match value.as_str() {
            Some(text) => text.contains(&part.to_string()),
            None => value
                .try_iter()
                .is_ok_and(|mut items| items.any(|item| item == part)),
        }
    });
    environment.add_filter("vtl_startsWith", |text: String, part: String| {
        text.starts_with(&part)
    });
    environment.add_filter("vtl_endsWith", |text: String, part: String| {
        text.ends_with(&part)
    });
    environment.add_filter("vtl_toUpperCase", |text: String| text.to_uppercase());
    environment.add_filter("vtl_toLowerCase", |text: String| text.to_lowercase());
    environment.add_filter("vtl_replace", |text: String, from: String, to: String| {
        text.replace(&from, &to)
    });
    environment.add_filter("vtl_trim", |text: String| text.trim().to_string());
    environment.add_filter("vtl_get", |value: Value, key: Value| value.get_item(&key));
}

/// Which names mean what, here.
pub(super) struct Scope<'s> {
    set: &'s BTreeSet<String>,
    loops: Vec<String>,
}

impl<'s> Scope<'s> {
    pub(super) fn new(set: &'s BTreeSet<String>) -> Self {
        Self {
            set,
            loops: Vec::new(),
        }
    }

    pub(super) fn enter_loop(&mut self, name: String) {
        self.loops.push(name);
    }

    pub(super) fn leave_loop(&mut self) {
        self.loops.pop();
    }

    fn name(&self, name: &str) -> String {
        if self.loops.iter().any(|it| it == name) || !self.set.contains(name) {
            return name.to_string();
        }
        format!("vtl.{name}")
    }
}

/// What is left of a template.
pub(super) struct Cursor<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(rest: &'t str) -> Self {
        Self { rest, line: 1 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The line on which it stands, from one.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.rest.starts_with(text)
    }

    /// Takes this text, if it is next.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let taken = self.starts_with(text);
        if taken {
            self.skip(text.len());
        }
        taken
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.skip(letter.len_utf8());
        Some(letter)
    }

    /// What stands before this text; all of it, and none, if it isn't there.
    pub(super) fn until(&mut self, text: &str) -> Option<&'t str> {
        let end = self.rest.find(text);
        let before = self
            .rest
            .get(..end.unwrap_or(self.rest.len()))
            .unwrap_or_default();
        self.skip(before.len());
        end.map(|_| before)
    }

    /// Takes blanks and the line's end, if nothing else is left in the line.
    pub(super) fn take_blank_line(&mut self) -> bool {
        let blanks = self.rest.len() - self.rest.trim_start_matches([' ', '\t']).len();
        let ends = self
            .rest
            .get(blanks..)
            .is_some_and(|rest| rest.starts_with('\n'));
        if ends {
            self.skip(blanks + 1);
        }
        ends
    }

    /// `set` of `#set`, `else` of `#{else}`.
    pub(super) fn directive_name(&mut self) -> Option<String> {
        let behind = self.rest.strip_prefix('#')?;
        let braced = behind.strip_prefix('{');
        let name = word(braced.unwrap_or(behind))?;
        if braced.is_some_and(|rest| !rest.get(name.len()..).unwrap_or_default().starts_with('}')) {
            return None;
        }
        self.skip(1 + name.len() + if braced.is_some() { 2 } else { 0 });
        Some(name.to_string())
    }

    /// What stands in parentheses here, read by `read`, which must read all of it.
    pub(super) fn parenthesised<T>(
        &mut self,
        read: impl FnOnce(&mut Cursor<'t>) -> Result<T, String>,
    ) -> Result<T, String> {
        self.blanks();
        let length = closing(self.rest).ok_or("`(` has no `)`")?;
        let mut inside = Cursor {
            rest: self.rest.get(1..length).unwrap_or_default(),
            line: self.line,
        };
        let value = read(&mut inside)?;
        self.skip(length + 1);
        Ok(value)
    }

    /// `$name`, `${name}`, `$!{name}`, `$name.property[1]`; none if no reference begins here.
    pub(super) fn reference(&mut self, scope: &Scope<'_>) -> Result<Option<String>, String> {
        let Some(mut behind) = self.rest.strip_prefix('$') else {
            return Ok(None);
        };
        let quiet = behind.strip_prefix('!');
        behind = quiet.unwrap_or(behind);
        let braced = behind.strip_prefix('{');
        let Some(name) = word(braced.unwrap_or(behind)) else {
            return Ok(None);
        };
        self.skip(1 + usize::from(quiet.is_some()) + usize::from(braced.is_some()) + name.len());
        let mut value = self.rest_of_reference(name, scope)?;
        if braced.is_some() {
            if self.take("|") {
                let other = self.string(scope)?;
                value = format!("{value} | default({other}, true)");
            }
            if !self.take("}") {
                return Err(format!("`${{{name}` has no `}}`"));
            }
        }
        Ok(Some(if quiet.is_some() {
            format!("{value} | default(\"\")")
        } else {
            value
        }))
    }

    fn rest_of_reference(&mut self, name: &str, scope: &Scope<'_>) -> Result<String, String> {
        if RESERVED.contains(&name) {
            return Err(format!("`{name}` can't be the name of a variable"));
        }
        let mut value = match name {
            "foreach" => "loop".to_string(),
            "velocityCount" => "loop.index".to_string(),
            name => scope.name(name),
        };
        loop {
            if self.rest.starts_with('[') {
                self.take("[");
                let inside = self.until("]").ok_or("`[` has no `]`")?;
                self.take("]");
                let index = Cursor {
                    rest: inside,
                    line: self.line,
                }
                .expression(scope)?;
                value = format!("{value}[{index}]");
                continue;
            }
            let Some(property) = self.rest.strip_prefix('.').and_then(word) else {
                return Ok(value);
            };
            self.skip(1 + property.len());
            value = if self.rest.starts_with('(') {
                if !METHODS.contains(&property) {
                    return Err(format!("the method {property} isn't known here"));
                }
                let arguments = self.parenthesised(|it| it.arguments(scope))?;
                format!("({value} | vtl_{property}{arguments})")
            } else {
                match (value.as_str(), property) {
                    ("loop", "count") => "loop.index".into(),
                    ("loop", "index") => "loop.index0".into(),
                    ("loop", "hasNext") => "(not loop.last)".into(),
                    _ => format!("{value}.{property}"),
                }
            };
        }
    }

    fn arguments(&mut self, scope: &Scope<'_>) -> Result<String, String> {
        match self.rest.trim().is_empty() {
            true => Ok(String::new()),
            false => Ok(format!("({})", self.expression(scope)?)),
        }
    }

    /// `$name = value`
    pub(super) fn assignment(&mut self, scope: &Scope<'_>) -> Result<(String, String), String> {
        const WANTED: &str = "#set wants `$name = value`";
        let name = self.name().ok_or(WANTED)?;
        self.blanks();
        if self.starts_with("==") || !self.take("=") {
            return Err(WANTED.into());
        }
        Ok((name, self.expression(scope)?))
    }

    /// `$name in list`
    pub(super) fn iteration(&mut self, scope: &Scope<'_>) -> Result<(String, String), String> {
        const WANTED: &str = "#foreach wants `$name in list`";
        let name = self.name().ok_or(WANTED)?;
        self.blanks();
        if !self.take("in ") {
            return Err(WANTED.into());
        }
        Ok((name, self.expression(scope)?))
    }

    fn name(&mut self) -> Option<String> {
        self.blanks();
        if !self.take("$") {
            return None;
        }
        let braced = self.take("{");
        let name = word(self.rest)?.to_string();
        self.skip(name.len());
        (!braced || self.take("}")).then_some(name)
    }

    /// All that is left, as an expression.
    pub(super) fn expression(&mut self, scope: &Scope<'_>) -> Result<String, String> {
        let mut out = String::new();
        loop {
            self.blanks();
            if self.is_empty() {
                return Ok(out.trim().to_string());
            }
            let next = self.operand(scope)?;
            out.push_str(&next);
            out.push(' ');
        }
    }

    fn operand(&mut self, scope: &Scope<'_>) -> Result<String, String> {
        if let Some(reference) = self.reference(scope)? {
            return Ok(format!("({reference})"));
        }
        if self.rest.starts_with(['"', '\'']) {
            return self.string(scope);
        }
        if self.take("[") {
            let inside = self.until("]").ok_or("`[` has no `]`")?;
            self.take("]");
            return self.list(inside, scope);
        }
        if let Some(name) = word(self.rest) {
            let known = WORDS.iter().find(|(word, _)| *word == name);
            let (_, becomes) =
                known.ok_or_else(|| format!("`{name}` isn't known in an expression"))?;
            self.skip(name.len());
            return Ok((*becomes).to_string());
        }
        let digits = self.rest.len()
            - self
                .rest
                .trim_start_matches(|it: char| it.is_ascii_digit())
                .len();
        if digits > 0 {
            let number = self.rest.get(..digits).unwrap_or_default();
            self.skip(digits);
            return Ok(number.to_string());
        }
        match OPERATORS
            .iter()
            .find(|(operator, _)| self.rest.starts_with(operator))
        {
            Some((operator, becomes)) => {
                self.skip(operator.len());
                Ok((*becomes).to_string())
            }
            None => {
                let letter = self.rest.chars().next().unwrap_or_default();
                Err(format!("`{letter}` isn't known in an expression"))
            }
        }
    }

    /// `1..3` or `a, b`
    fn list(&self, inside: &'t str, scope: &Scope<'_>) -> Result<String, String> {
        let part = |rest: &'t str| {
            Cursor {
                rest,
                line: self.line,
            }
            .expression(scope)
        };
        match inside.split_once("..") {
            Some((from, to)) => Ok(format!("range({}, {} + 1)", part(from)?, part(to)?)),
            None => Ok(format!("[{}]", part(inside)?)),
        }
    }

    /// A text; references in double quotes are put in.
    fn string(&mut self, scope: &Scope<'_>) -> Result<String, String> {
        let quote = self.next().unwrap_or_default();
        let text = self.until(&quote.to_string()).ok_or("a text has no end")?;
        self.next();
        if text.contains('\\') {
            return Err("a backslash in a text isn't known here".into());
        }
        if quote == '\'' {
            return Ok(format!("'{text}'"));
        }
        let mut parts = vec![];
        let mut plain = String::new();
        let mut inside = Cursor {
            rest: text,
            line: self.line,
        };
        while !inside.is_empty() {
            if let Some(reference) = inside.reference(scope)? {
                parts.push(format!("\"{}\"", std::mem::take(&mut plain)));
                parts.push(format!("({reference})"));
            } else {
                plain.extend(inside.next());
            }
        }
        parts.push(format!("\"{plain}\""));
        Ok(match parts.as_slice() {
            [only] => only.clone(),
            parts => format!("({})", parts.join(" ~ ")),
        })
    }

    fn blanks(&mut self) {
        let blanks = self.rest.len() - self.rest.trim_start().len();
        self.skip(blanks);
    }

    fn skip(&mut self, bytes: usize) {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.line += taken.matches('\n').count();
        self.rest = rest;
    }
}

/// The name that a text begins with: a letter or `_`, then letters, digits and `_`.
fn word(text: &str) -> Option<&str> {
    if !text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_') {
        return None;
    }
    let end = text
        .find(|it: char| !it.is_ascii_alphanumeric() && it != '_')
        .unwrap_or(text.len());
    text.get(..end)
}

/// Where the parenthesis that a text begins with is closed; quotes hide what is in them.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if depth > 0 => quote = Some(letter),
            (None, '(') => depth += 1,
            (None, ')') if depth == 1 => return Some(at),
            (None, ')') => depth = depth.checked_sub(1)?,
            (None, _) if depth == 0 => return None,
            (None, _) => {}
        }
    }
    None
}
