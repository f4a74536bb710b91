//! Prints what `?` answers (ios-xe-behaviour §2.8): a list of keywords and what they mean, or just the words.
//!
//! The text has LF line ends; the session makes them CR LF on their way out. Both shapes end with the empty line
//! that stands before the prompt, and both put rows in order: ASCII, so ranges come before placeholders and these
//! before keywords; then `|`; then `<cr>`.
//!
//! Known limit: where IOS breaks a long help text is not documented; ours stays left of the last column.

/// A keyword (or placeholder) and its help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// What can be typed: `show`, `WORD`, `<1-4094>`.
    pub keyword: &'a str,
    /// What it means.
    pub help: &'a str,
}

impl<'a> Row<'a> {
    /// The row that says that the line may end here, as IOS-XE 16 and later print it.
    pub const CR: Row<'static> = Row::new("<cr>", "<cr>");
    /// The row that says that an output modifier may follow.
    pub const PIPE: Row<'static> = Row::new("|", "Output modifiers");

    /// A row.
    #[must_use]
    pub const fn new(keyword: &'a str, help: &'a str) -> Self {
        Self { keyword, help }
    }
}

/// The list: a header if there is one, then a row a keyword, its help wrapped to `width` columns (0: not wrapped).
#[must_use]
pub fn list(header: Option<&str>, rows: &[Row<'_>], width: u16) -> String {
    let rows = in_order(rows);
    let longest = longest(&rows);
    let mut out = String::new();
    if let Some(header) = header {
        out.push_str(header);
        out.push('\n');
    }
    for row in rows {
        out.push_str(INDENT);
        put_padded(&mut out, row.keyword, longest);
        out.push_str(INDENT);
        put_wrapped(
            &mut out,
            row.help,
            longest + 2 * INDENT.len(),
            usize::from(width),
        );
        end_line(&mut out);
    }
    out.push('\n');
    out
}

/// The words alone (`sh?`), in as many columns as `width` has room for (0: all in one line).
#[must_use]
pub fn words(rows: &[Row<'_>], width: u16) -> String {
    let rows = in_order(rows);
    let longest = longest(&rows);
    let cell = INDENT.len() + longest;
    let in_line = match width {
        0 => rows.len(),
        _ => usize::from(width) / cell.max(1),
    };
    let mut out = String::new();
    for line in rows.chunks(in_line.max(1)) {
        for row in line {
            out.push_str(INDENT);
            put_padded(&mut out, row.keyword, longest);
        }
        end_line(&mut out);
    }
    out.push('\n');
    out
}

/// The rows as they are printed: sorted, and no row twice.
fn in_order<'a>(rows: &[Row<'a>]) -> Vec<Row<'a>> {
    let place = |row: &Row<'_>| match row.keyword {
        "<cr>" => 2,
        "|" => 1,
        _ => 0,
    };
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| (place(a), a.keyword).cmp(&(place(b), b.keyword)));
    rows.dedup();
    rows
}

fn longest(rows: &[Row<'_>]) -> usize {
    let widths = rows.iter().map(|row| row.keyword.chars().count());
    widths.max().unwrap_or(0)
}

fn put_padded(out: &mut String, text: &str, columns: usize) {
    let blanks = columns.saturating_sub(text.chars().count());
    out.push_str(text);
    out.extend(std::iter::repeat_n(' ', blanks));
}

/// Ends a line, without the blanks at its end.
fn end_line(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
}

/// Writes a help text that begins in column `indent`; further lines begin there too.
fn put_wrapped(out: &mut String, help: &str, indent: usize, width: usize) {
    if width < indent + HELP_COLUMNS_MIN {
        out.push_str(help);
        return;
    }
    let mut column = indent;
    for word in help.split(' ') {
        let long = word.chars().count();
        if column > indent && column + 1 + long >= width {
            end_line(out);
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if column > indent {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += long;
    }
}

const INDENT: &str = "  ";
/// With less room a help text is not wrapped.
const HELP_COLUMNS_MIN: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const IP: [Row<'_>; 5] = [
        Row::CR,
        Row::new("route", "IP routing table"),
        Row::PIPE,
        Row::new("interface", "IP interface status and configuration"),
        Row::new("<1-99>", "A number"),
    ];

    #[test]
    fn ranges_come_first_and_cr_last() {
        let expected = "  <1-99>     A number
  interface  IP interface status and configuration
  route      IP routing table
  |          Output modifiers
  <cr>       <cr>

";
        assert_eq!(list(None, &IP, 80), expected);
    }

    #[test]
    fn placeholders_come_before_keywords_and_no_row_comes_twice() {
        let rows = ["vrf", "WORD", "A.B.C.D", "vrf", "hh:mm:ss"].map(|word| Row::new(word, "x"));
        let text = list(None, &rows, 0);
        let order: Vec<&str> = text
            .lines()
            .filter_map(|l| l.split_whitespace().next())
            .collect();
        assert_eq!(order, ["A.B.C.D", "WORD", "hh:mm:ss", "vrf"]);
    }

    #[test]
    fn a_header_stands_above_the_list() {
        let rows = [Row::new("exit", "Exit from the EXEC")];
        assert_eq!(
            list(Some("Exec commands:"), &rows, 80),
            "Exec commands:\n  exit  Exit from the EXEC\n\n"
        );
        assert_eq!(list(None, &[Row::CR], 80), "  <cr>  <cr>\n\n");
        assert_eq!(list(None, &[], 80), "\n");
    }

    #[test]
    fn help_wraps_to_the_width_under_itself() {
        let rows = [
            Row::new(
                "append",
                "Append redirected output to URL (URLs supporting append operation only)",
            ),
            Row::new("tee", "Copy output to URL"),
        ];
        let expected = "  append  Append redirected output
          to URL (URLs supporting
          append operation only)
  tee     Copy output to URL

";
        assert_eq!(list(None, &rows, 36), expected);
        for width in [0, 20, 511] {
            assert_eq!(list(None, &rows, width).lines().count(), 3, "{width}");
        }
    }

    #[test]
    fn words_stand_in_columns() {
        let rows = ["shutdown", "show", "send"].map(|word| Row::new(word, ""));
        let table = [
            (80, "  send      show      shutdown\n\n"),
            (0, "  send      show      shutdown\n\n"),
            (20, "  send      show\n  shutdown\n\n"),
            (5, "  send\n  show\n  shutdown\n\n"),
        ];
        for (width, expected) in table {
            assert_eq!(words(&rows, width), expected, "{width}");
        }
        assert_eq!(words(&[Row::new("show", "")], 80), "  show\n\n");
    }
}
