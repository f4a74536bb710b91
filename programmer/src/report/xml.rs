//! Text as XML can hold it.
//!
//! A device's output may have control characters and bytes that are no UTF-8; XML 1.0 has no way to write them, not
//! even escaped. They stand as in transcripts: `\x1b`. A line ends with LF alone, as any XML reader would make it.

use std::io::Cursor;

use quick_xml::Writer;
use quick_xml::escape::partial_escape;
use quick_xml::events::{BytesCData, BytesEnd, BytesStart, BytesText, Event};

use crate::visible::visible;

/// Writes elements one after another.
pub(super) struct Xml(Writer<Cursor<Vec<u8>>>);

impl Xml {
    /// Elements without line ends between them.
    pub(super) fn compact() -> Self {
        Self(Writer::new(Cursor::default()))
    }

    /// Elements that begin on a line of their own.
    pub(super) fn indented() -> Self {
        Self(Writer::new_with_indent(Cursor::default(), b' ', 2))
    }

    /// What was written.
    pub(super) fn text(self) -> String {
        String::from_utf8(self.0.into_inner().into_inner()).unwrap_or_default()
    }

    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let start = start(name, attributes);
        self.event(Event::Start(start));
    }

    pub(super) fn close(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// An element with text in it.
    pub(super) fn element(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.open(name, attributes);
        // Quotation marks need no escape in a text, and the field escapes none.
        let text = clean(text);
        self.event(Event::Text(BytesText::from_escaped(partial_escape(&text))));
        self.close(name);
    }

    /// An element whose text stands as it is. Where it holds `]]>` it takes two sections.
    pub(super) fn cdata(&mut self, name: &str, text: &str) {
        self.open(name, &[]);
        let text = clean(text);
        for section in BytesCData::escaped(&text) {
            self.event(Event::CData(section));
        }
        self.close(name);
    }

    fn event(&mut self, event: Event<'_>) {
        // Writing to memory can't fail.
        let _ = self.0.write_event(event);
    }
}

fn start<'a>(name: &'a str, attributes: &[(&'a str, &str)]) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes {
        start.push_attribute((*key, clean(value).as_str()));
    }
    start
}

/// The text without what XML can't hold.
pub(super) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\r' => {}
            '\n' | '\t' => clean.push(letter),
            '\u{fffe}' | '\u{ffff}' => clean.push('\u{fffd}'),
            letter if letter.is_control() => {
                clean.push_str(&visible(letter.to_string().as_bytes()))
            }
            letter => clean.push(letter),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_ends_where_it_ends_and_nowhere_before() {
        let mut xml = Xml::compact();
        xml.cdata("a", "x]]>y\u{1b}[2J\r\n]");
        assert_eq!(
            xml.text(),
            "<a><![CDATA[x]]]]><![CDATA[>y\\x1b[2J\n]]]></a>"
        );
    }
}
