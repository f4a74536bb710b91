//! Reads YAML that people write: topologies, device packs, RFS documents.
//!
//! Every mistake says where it is (file, line, column), what is wrong and what to do next. Mistakes of
//! form (bad syntax, an unknown key, a value of the wrong type) come from [`read`]; mistakes of meaning
//! (a name used twice, a pack that doesn't exist) are found by the caller, who knows the path of the
//! value, and placed by [`Positions`].
//!
//! `serde_yaml` stands behind this one module, so that a successor can replace it here.
//!
//! Known limits: anchors and aliases are read, but a mistake inside an alias is placed where the alias
//! is used. A file is at most [`FILE_BYTES_MAX`] long, because a deeply nested file costs much time
//! before it is refused.

mod mistake;
mod positions;

pub use mistake::{Mistake, Position};
pub use positions::Positions;

use serde::de::DeserializeOwned;

/// The longest YAML file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 1 << 20;

/// Reads one YAML document.
///
/// `file` is the name that mistakes carry.
///
/// # Errors
///
/// A [`Mistake`] if the text is too long, is not YAML, or doesn't have the shape of `T`.
pub fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Mistake> {
    bounded(file, text)?;
    serde_yaml::from_str(text).map_err(|error| of_form(file, &error))
}

/// Reads every document of a YAML stream, which `---` separates.
///
/// # Errors
///
/// As [`read`]; the first mistake ends the reading.
pub fn read_all<T: DeserializeOwned>(file: &str, text: &str) -> Result<Vec<T>, Mistake> {
    bounded(file, text)?;
    serde_yaml::Deserializer::from_str(text)
        .map(|document| T::deserialize(document).map_err(|error| of_form(file, &error)))
        .collect()
}

fn bounded(file: &str, text: &str) -> Result<(), Mistake> {
    if text.len() <= FILE_BYTES_MAX {
        return Ok(());
    }
    Err(
        Mistake::new(file, format!("the file has {} bytes", text.len())).hint(format!(
            "split it; a YAML file may have {FILE_BYTES_MAX} bytes"
        )),
    )
}

/// Turns an error of `serde_yaml` into a mistake, without the position that its text repeats.
fn of_form(file: &str, error: &serde_yaml::Error) -> Mistake {
    let text = error.to_string();
    let Some(at) = error.location() else {
        return Mistake::new(file, text);
    };
    let suffix = format!(" at line {} column {}", at.line(), at.column());
    let message = text.replacen(&suffix, "", 1);
    Mistake::new(file, message).at(Position {
        line: at.line(),
        column: at.column(),
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Port {
        #[allow(dead_code)]
        port: u16,
    }

    #[test]
    fn a_wrong_type_says_line_and_column() {
        let mistake = read::<Port>("t.yaml", "# a comment\nport: many\n").unwrap_err();
        assert_eq!(
            mistake.to_string(),
            "t.yaml:2:7: port: invalid type: string \"many\", expected u16"
        );
    }

    #[test]
    fn an_unknown_key_is_a_mistake_where_it_stands() {
        let mistake = read::<Port>("t.yaml", "port: 1\nprot: 2\n").unwrap_err();
        assert_eq!(
            mistake.to_string(),
            "t.yaml:2:1: unknown field `prot`, expected `port`"
        );
    }

    #[test]
    fn a_file_that_is_too_long_is_refused_before_it_is_parsed() {
        let text = "[".repeat(FILE_BYTES_MAX + 1);
        assert!(
            read::<Port>("t.yaml", &text)
                .unwrap_err()
                .to_string()
                .contains("bytes")
        );
    }

    #[test]
    fn a_stream_of_documents_is_read_in_order() {
        let ports = read_all::<Port>("t.yaml", "port: 1\n---\nport: 2\n").unwrap();
        assert_eq!(ports.iter().map(|p| p.port).collect::<Vec<_>>(), [1, 2]);
    }
}
