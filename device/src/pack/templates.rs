//! The template engine, set up for show outputs.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, UndefinedBehavior, Value};

/// An empty environment with the filters of `device-packs/README.md`.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    if let Ok(syntax) = syntax {
        environment.set_syntax(syntax);
    }
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.add_filter("ljust", ljust);
    environment.add_filter("rjust", rjust);
    environment.add_filter("cut", cut);
    environment.add_filter("commas", commas);
    environment.add_filter("ago", ago);
    environment
}

/// What a template's error says, without the engine's own words for its kind.
pub(super) fn describe(error: &Error) -> String {
    error
        .detail()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

fn text(value: &Value) -> String {
    if value.is_undefined() || value.is_none() {
        String::new()
    } else {
        value.to_string()
    }
}

fn ljust(value: &Value, width: usize) -> String {
    format!("{:<width$}", text(value))
}

fn rjust(value: &Value, width: usize) -> String {
    format!("{:>width$}", text(value))
}

fn cut(value: &Value, width: usize) -> String {
    text(value).chars().take(width).collect()
}

/// Seconds as tables tell for how long: `00:01:05`, `1d02h`, `3w4d`, `1y2w`.
fn ago(value: &Value) -> String {
    let seconds: u64 = text(value).parse().unwrap_or_default();
    let (hours, days) = (seconds / 3600, seconds / 86_400);
    let weeks = days / 7;
    match (days, weeks) {
        (0, _) => format!("{hours:02}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
        (1..=6, _) => format!("{days}d{:02}h", hours % 24),
        (_, ..=51) => format!("{weeks}w{}d", days % 7),
        _ => format!("{}y{}w", weeks / 52, weeks % 52),
    }
}

/// A number as tables group it: 1,234,567.
fn commas(value: &Value) -> String {
    let digits = text(value);
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
