//! What may come next: `?` and Tab, from the same walk as execution.

use super::graph::Graph;
use super::line::Line;
use super::matcher::Walk;
use super::slot::{SlotKind, World};

/// The answer to `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Help {
    /// What may stand here, in no order; `carriage_return` if the line is complete as it is.
    Next {
        /// Keywords and placeholders, each with its help.
        rows: Vec<(String, String)>,
        /// Whether Enter would do.
        carriage_return: bool,
    },
    /// A keyword before could be two.
    Ambiguous,
    /// Nothing may stand here.
    Unrecognized,
}

/// What may come next on a line that is typed up to the cursor.
///
/// With a blank before the cursor that is the next word; without, the end of the word that is begun.
#[must_use]
pub fn help(graph: &Graph, text: &str, world: &dyn World, privilege: u8) -> Help {
    let line = Line::new(text);
    let begun = begun(text, &line);
    let before = line.len() - usize::from(begun.is_some());
    let walk = Walk::through(graph, &line, before, world, privilege);
    if !walk.arrives(before) {
        return numbers_of_type(&walk, &line, before, begun, world);
    }
    if walk.differ(&walk.best(before)) {
        return Help::Ambiguous;
    }
    let mut rows = Vec::new();
    for id in walk.followers(before) {
        let node = graph.node(id);
        if node.hidden {
            continue;
        }
        let help = node.help.to_string();
        match node.label.slot() {
            None => {
                let word = node.word().unwrap_or_default();
                if begun.is_none_or(|begun| starts(word, begun)) {
                    rows.push((word.to_string(), help));
                }
            }
            Some((_, kind)) => slot_rows(kind, begun, help, world, &mut rows),
        }
    }
    rows.sort();
    rows.dedup_by(|a, b| a.0 == b.0);
    let carriage_return = begun.is_none() && !line.is_empty() && walk.complete_at(before);
    if rows.is_empty() && !carriage_return {
        return Help::Unrecognized;
    }
    Help::Next {
        rows,
        carriage_return,
    }
}

/// The end of the word that is begun before the cursor, if only one keyword can end it so.
#[must_use]
pub fn tab(graph: &Graph, text: &str, world: &dyn World, privilege: u8) -> Option<String> {
    let line = Line::new(text);
    let begun = begun(text, &line)?;
    let before = line.len() - 1;
    let walk = Walk::through(graph, &line, before, world, privilege);
    if walk.differ(&walk.best(before)) {
        return None;
    }
    let mut words: Vec<&str> = walk
        .followers(before)
        .map(|id| graph.node(id))
        .filter(|node| !node.hidden)
        .filter_map(|node| node.word())
        .filter(|word| starts(word, begun))
        .collect();
    words.sort_unstable();
    words.dedup();
    match words[..] {
        [one] => Some(one.to_string()),
        _ => words.contains(&begun).then(|| begun.to_string()),
    }
}

/// The word that the cursor stands at the end of.
fn begun<'a>(text: &str, line: &Line<'a>) -> Option<&'a str> {
    let open = !text.is_empty() && !text.ends_with([' ', '\t']);
    (open && !line.is_empty()).then(|| line.word(line.len() - 1))
}

fn starts(word: &str, begun: &str) -> bool {
    word.get(..begun.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(begun))
}

/// Behind the type of an interface, `GigabitEthernet 1/0/`: the numbers that may come next.
fn numbers_of_type(
    walk: &Walk<'_>,
    line: &Line<'_>,
    before: usize,
    begun: Option<&str>,
    world: &dyn World,
) -> Help {
    let Some(index) = before.checked_sub(1).filter(|index| walk.arrives(*index)) else {
        return Help::Unrecognized;
    };
    let letters = line.word(index);
    let rows = if walk.expects_interface(index) && letters.bytes().all(|b| !b.is_ascii_digit()) {
        world
            .interfaces()
            .next_numbers(letters, begun.unwrap_or_default())
    } else {
        Vec::new()
    };
    if rows.is_empty() {
        Help::Unrecognized
    } else {
        Help::Next {
            rows,
            carriage_return: false,
        }
    }
}

/// The rows of a slot: an interface shows its types, everything else a placeholder.
fn slot_rows(
    kind: SlotKind,
    begun: Option<&str>,
    help: String,
    world: &dyn World,
    rows: &mut Vec<(String, String)>,
) {
    let typed = begun.unwrap_or_default();
    let digits = typed.find(|c: char| c.is_ascii_digit());
    if let (SlotKind::Interface | SlotKind::ShortInterface | SlotKind::InterfaceRange, Some(at)) =
        (kind, digits)
    {
        let (letters, number) = typed.split_at(at);
        rows.extend(world.interfaces().next_numbers(letters, number));
        return;
    }
    if matches!(
        kind,
        SlotKind::Interface | SlotKind::ShortInterface | SlotKind::InterfaceRange
    ) {
        for of in world.interfaces().types_here() {
            if starts(&of.name, typed) {
                rows.push((of.name.clone(), of.help.clone()));
            }
        }
        return;
    }
    let possible = match kind {
        SlotKind::Range(low, _) => typed
            .strip_prefix('-')
            .filter(|_| low < 0)
            .unwrap_or(typed)
            .bytes()
            .all(|b| b.is_ascii_digit()),
        SlotKind::HexRange(..) => typed
            .bytes()
            .all(|b| b.is_ascii_hexdigit() || b.eq_ignore_ascii_case(&b'x')),
        SlotKind::Ipv4 | SlotKind::Mask | SlotKind::Wildcard => {
            typed.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        }
        _ => true,
    };
    if possible {
        rows.push((kind.placeholder(), help));
    }
}
