//! The marks in a writer's template: `=> config-if` at the end of a line says which mode the line leads to.
//!
//! A line without a mark leaves the mode as it is. Marks are found in the template's own text before any
//! value is put in, so that a value which happens to hold `=>` changes nothing.

use std::sync::LazyLock;

use regex::Regex;

/// Stands between a rendered line and its mode; no value may hold it, because it is a control character.
const MARK: char = '\u{1}';

#[allow(
    clippy::expect_used,
    reason = "the pattern is a constant, and a test compiles it"
)]
static ARROW: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)[ \t]*=>[ \t]*([a-z][a-z0-9-]*)[ \t]*$").expect("a constant pattern")
});

/// Replaces the arrows of a template by marks that no value can forge.
pub(super) fn mark(template: &str) -> String {
    ARROW
        .replace_all(template, format!("{MARK}$1"))
        .into_owned()
}

/// The lines of a rendered template: depth, text and the mode that the line leads to.
pub(super) fn lines(rendered: &str) -> impl Iterator<Item = (usize, &str, Option<&str>)> {
    rendered.lines().filter_map(|line| {
        let (text, mode) = match line.split_once(MARK) {
            Some((text, mode)) => (text, Some(mode)),
            None => (line, None),
        };
        let depth = text.chars().take_while(|letter| *letter == ' ').count();
        let text = text.trim();
        (!text.is_empty()).then_some((depth, text, mode))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_of_the_template_is_a_mark_and_one_of_a_value_is_not() {
        let rendered = mark("interface {{ x }}   => config-if\n description {{ y }}\n")
            .replace("{{ x }}", "Vlan1")
            .replace("{{ y }}", "to => config");
        assert_eq!(
            lines(&rendered).collect::<Vec<_>>(),
            [
                (0, "interface Vlan1", Some("config-if")),
                (1, "description to => config", None)
            ]
        );
    }
}
