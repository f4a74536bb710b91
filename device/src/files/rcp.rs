//! The remote copy protocol, which `scp` speaks on the channel of a command: bytes in, events and bytes out.
//!
//! Each side sends lines and the bytes of files; each is answered with a zero, or with a one and a line that says what
//! is wrong. Times (`T`) are taken and not used: IOS gives a file the time at which it was written. Directories are
//! refused.

/// A line of the protocol is no longer than this: a name, a size and a mode.
const LINE_BYTES_MAX: usize = 1024;

/// All is well.
const OK: u8 = 0;
/// An error, whose text follows up to a line end.
const ERROR: u8 = 1;
/// The same, after which nothing more comes.
const FATAL: u8 = 2;

/// The command that a client's `scp` starts at this end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// It sends (`-f`); else it takes (`-t`).
    pub(crate) sends: bool,
    /// The client wants a file's times too (`-p`).
    pub(crate) times: bool,
    /// The client copies whole directories (`-r`).
    pub(crate) recursive: bool,
    /// What is sent, or where to.
    pub(crate) paths: Vec<String>,
}

impl Command {
    /// Reads the command line of an exec channel; none if it is no `scp` that a client starts.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut words = words(line)?.into_iter();
        if words.next()? != "scp" {
            return None;
        }
        let (mut sends, mut takes, mut times, mut recursive) = (false, false, false, false);
        let mut paths = Vec::new();
        let mut options = true;
        for word in words {
            match word.strip_prefix('-').filter(|_| options) {
                Some("-") => options = false,
                Some(letters) if !letters.is_empty() => {
                    for letter in letters.chars() {
                        match letter {
                            'f' => sends = true,
                            't' => takes = true,
                            'p' => times = true,
                            'r' => recursive = true,
                            'v' | 'd' | 'q' => {}
                            _ => return None,
                        }
                    }
                }
                _ => {
                    options = false;
                    paths.push(word);
                }
            }
        }
        let one_way = sends != takes && !paths.is_empty() && (sends || paths.len() == 1);
        one_way.then_some(Self {
            sends,
            times,
            recursive,
            paths,
        })
    }
}

/// The words of a line as a shell takes them apart: quotes and backslashes hold them together.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some('\''), _) => word.get_or_insert_default().push(character),
            (_, '\\') => word.get_or_insert_default().push(characters.next()?),
            (Some(_), _) => word.get_or_insert_default().push(character),
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t') => words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// The answer that something is wrong.
pub(crate) fn error(text: &str) -> Vec<u8> {
    let mut bytes = vec![ERROR];
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(b'\n');
    bytes
}

/// The answer that all is well.
pub(crate) const FINE: [u8; 1] = [OK];

/// The end that takes files.
#[derive(Debug)]
pub(crate) struct Sink {
    reads: Reads,
}

/// What the next byte is.
#[derive(Debug)]
enum Reads {
    /// Of a line of the protocol.
    Line(Vec<u8>),
    /// Nothing, until the offer was judged.
    Offered { bytes: u64 },
    /// Of a file.
    File { bytes: u64, so_far: Vec<u8> },
    /// The sender's word on the file that it has sent: all is well, or what went wrong.
    Verdict { file: Vec<u8> },
    /// Nothing any more.
    Ended,
}

/// What has come.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrived {
    /// A file is offered: [`Sink::accept`] it or [`Sink::refuse`] it.
    Offer { name: String, bytes: u64 },
    /// The file that was accepted last.
    File(Vec<u8>),
    /// Something that needs a zero and nothing else.
    Courtesy,
    /// A directory, which is no file.
    Directory,
    /// The sender has given up, or speaks another protocol.
    Broken,
}

impl Sink {
    pub(crate) fn new() -> Self {
        Self {
            reads: Reads::Line(Vec::new()),
        }
    }

    /// The file that was offered will be taken.
    pub(crate) fn accept(&mut self) {
        if let Reads::Offered { bytes } = self.reads {
            self.reads = if bytes == 0 {
                Reads::Verdict { file: Vec::new() }
            } else {
                Reads::File {
                    bytes,
                    so_far: Vec::new(),
                }
            };
        }
    }

    /// It will not: the sender goes on with the next.
    pub(crate) fn refuse(&mut self) {
        self.reads = Reads::Line(Vec::new());
    }

    /// Takes bytes until something has come; what is left of them is for the next call.
    pub(crate) fn take(&mut self, bytes: &mut &[u8]) -> Option<Arrived> {
        while !bytes.is_empty() {
            match &mut self.reads {
                Reads::Line(line) => {
                    let byte = next(bytes)?;
                    if byte != b'\n' {
                        line.push(byte);
                        // The word on an error begins a line of its own.
                        if line.len() <= LINE_BYTES_MAX
                            && !matches!(line.as_slice(), [ERROR | FATAL])
                        {
                            continue;
                        }
                        self.reads = Reads::Ended;
                        return Some(Arrived::Broken);
                    }
                    let line = std::mem::take(line);
                    return Some(self.line(&line));
                }
                Reads::File {
                    bytes: size,
                    so_far,
                } => {
                    let wanted = size.saturating_sub(so_far.len() as u64);
                    let count = usize::try_from(wanted)
                        .unwrap_or(usize::MAX)
                        .min(bytes.len());
                    let (own, rest) = bytes.split_at(count);
                    so_far.extend_from_slice(own);
                    *bytes = rest;
                    if so_far.len() as u64 == *size {
                        self.reads = Reads::Verdict {
                            file: std::mem::take(so_far),
                        };
                    }
                }
                Reads::Verdict { file } => {
                    let file = std::mem::take(file);
                    if next(bytes)? == OK {
                        self.reads = Reads::Line(Vec::new());
                        return Some(Arrived::File(file));
                    }
                    self.reads = Reads::Ended;
                    return Some(Arrived::Broken);
                }
                Reads::Offered { .. } => return None,
                Reads::Ended => *bytes = &[],
            }
        }
        None
    }

    fn line(&mut self, line: &[u8]) -> Arrived {
        let text = String::from_utf8_lossy(line);
        let arrived = match text.chars().next() {
            Some('C') => offer(&text),
            Some('T' | 'E') => Some(Arrived::Courtesy),
            Some('D') => Some(Arrived::Directory),
            _ => None,
        };
        if let Some(Arrived::Offer { bytes, .. }) = arrived {
            self.reads = Reads::Offered { bytes };
        }
        arrived.unwrap_or_else(|| {
            self.reads = Reads::Ended;
            Arrived::Broken
        })
    }
}

/// `C0644 5592 name`.
fn offer(line: &str) -> Option<Arrived> {
    let mut words = line.strip_prefix('C')?.splitn(3, ' ');
    let mode = words.next()?;
    u32::from_str_radix(mode, 8).ok()?;
    let bytes = words.next()?.parse().ok()?;
    let name = words.next()?;
    // A name is a name and not a way to somewhere else.
    let plain = !name.is_empty() && name != "." && name != ".." && !name.contains('/');
    plain.then(|| Arrived::Offer {
        name: name.to_string(),
        bytes,
    })
}

fn next(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}

/// The end that sends files. It sends the next thing when the last one was answered with a zero.
#[derive(Debug)]
pub(crate) struct Sender<F> {
    waiting: std::collections::VecDeque<Sent<F>>,
    broken: bool,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent<F> {
    /// A line, with its line end.
    Line(String),
    /// A file, and a zero behind it.
    File(F),
    /// That a file can't be had. The next thing is sent without an answer.
    Error(String),
}

impl<F> Sender<F> {
    pub(crate) fn new(things: impl IntoIterator<Item = Sent<F>>) -> Self {
        Self {
            waiting: things.into_iter().collect(),
            broken: false,
        }
    }

    /// Takes a byte of the client's answer; what is sent now.
    pub(crate) fn answered(&mut self, byte: u8) -> Option<Sent<F>> {
        if byte != OK {
            self.waiting.clear();
            self.broken = true;
        }
        self.waiting.pop_front()
    }

    /// What is sent though nobody has answered: what stands behind an error.
    pub(crate) fn unasked(&mut self) -> Option<Sent<F>> {
        self.waiting.pop_front()
    }

    /// Whether all was sent; the answer to the last thing may still come.
    pub(crate) fn is_done(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether the client has said that something went wrong.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }
}

/// The line that announces a file.
pub(crate) fn announced<F>(name: &str, bytes: u64) -> Sent<F> {
    Sent::Line(format!("C0644 {bytes} {name}\n"))
}

/// The line that announces a file's time, in seconds since 1970.
pub(crate) fn time<F>(seconds: u64) -> Sent<F> {
    Sent::Line(format!("T{seconds} 0 {seconds} 0\n"))
}

#[cfg(test)]
mod tests;
