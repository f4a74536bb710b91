//! Telnet's half of the bytes: commands, options, and what a line end is (RFC 854, 855, 857, 858, 1073, 1091).
//!
//! Pure: bytes go in, data comes out, and what must be answered stands in [`Telnet::take_answers`]. We ask for nothing of our
//! own, so a console server that speaks no telnet at all is never bothered. An answer is sent only when something
//! changes, which is what keeps two ends from agreeing for ever (RFC 1143).

use crate::transport::native::{COLUMNS, ROWS, TERMINAL};

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;

const ECHO: u8 = 1;
const SUPPRESS_GO_AHEAD: u8 = 3;
const TERMINAL_TYPE: u8 = 24;
const WINDOW_SIZE: u8 = 31;

/// What they may do: echo what we type, and spare the go-aheads.
const THEIRS: [u8; 2] = [ECHO, SUPPRESS_GO_AHEAD];
/// What we may do: spare the go-aheads, and tell our terminal's name and size.
const OURS: [u8; 3] = [SUPPRESS_GO_AHEAD, TERMINAL_TYPE, WINDOW_SIZE];

/// A longer subnegotiation is cut: the only one that we answer has one byte.
const SUBNEGOTIATION_BYTES_MAX: usize = 64;

/// Where in a command we are.
#[derive(Debug, Default)]
enum State {
    #[default]
    Data,
    /// Behind a CR: a NUL only says that it was a bare one.
    Return,
    Command,
    Option(u8),
    Subnegotiation(Vec<u8>),
    SubnegotiationCommand(Vec<u8>),
}

/// One connection's state.
#[derive(Debug, Default)]
pub(super) struct Telnet {
    state: State,
    theirs: Vec<u8>,
    ours: Vec<u8>,
    answers: Vec<u8>,
}

impl Telnet {
    /// The data in these bytes.
    pub(super) fn receive(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut data = Vec::with_capacity(bytes.len());
        for byte in bytes {
            self.byte(*byte, &mut data);
        }
        data
    }

    /// What must be sent back.
    pub(super) fn take_answers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.answers)
    }

    /// Data as it goes over the wire. Enter is CR NUL, as from a keyboard: a console would take CR LF for two.
    pub(super) fn encode(bytes: &[u8]) -> Vec<u8> {
        let mut wire = Vec::with_capacity(bytes.len() + 8);
        let mut before = 0;
        for byte in bytes {
            match byte {
                b'\n' if before == b'\r' => {}
                b'\r' | b'\n' => wire.extend([b'\r', 0]),
                &IAC => wire.extend([IAC, IAC]),
                byte => wire.push(*byte),
            }
            before = *byte;
        }
        wire
    }

    fn byte(&mut self, byte: u8, data: &mut Vec<u8>) {
        self.state = match (std::mem::take(&mut self.state), byte) {
            (State::Return, 0) => State::Data,
            (State::Data | State::Return, IAC) => State::Command,
            (State::Data | State::Return, byte) => {
                data.push(byte);
                if byte == b'\r' {
                    State::Return
                } else {
                    State::Data
                }
            }
            (State::Command, IAC) => {
                data.push(IAC);
                State::Data
            }
            (State::Command, verb @ (DO | DONT | WILL | WONT)) => State::Option(verb),
            (State::Command, SB) => State::Subnegotiation(Vec::new()),
            // No-operation, go-ahead, data mark and the keys of a keyboard mean nothing to us.
            (State::Command, _) => State::Data,
            (State::Option(verb), option) => {
                self.option(verb, option);
                State::Data
            }
            (State::Subnegotiation(said), IAC) => State::SubnegotiationCommand(said),
            (State::Subnegotiation(said), byte) => State::Subnegotiation(and(said, byte)),
            (State::SubnegotiationCommand(said), IAC) => State::Subnegotiation(and(said, IAC)),
            (State::SubnegotiationCommand(said), SE) => {
                self.subnegotiation(&said);
                State::Data
            }
            // It was cut off; what follows is a command again.
            (State::SubnegotiationCommand(_), byte) => {
                self.state = State::Command;
                return self.byte(byte, data);
            }
        };
    }

    fn option(&mut self, verb: u8, option: u8) {
        match verb {
            DO if !OURS.contains(&option) => self.answer(WONT, option),
            WILL if !THEIRS.contains(&option) => self.answer(DONT, option),
            DO if !self.ours.contains(&option) => {
                self.ours.push(option);
                self.answer(WILL, option);
                if option == WINDOW_SIZE {
                    self.tell_size();
                }
            }
            WILL if !self.theirs.contains(&option) => {
                self.theirs.push(option);
                self.answer(DO, option);
            }
            DONT if self.ours.contains(&option) => {
                self.ours.retain(|one| *one != option);
                self.answer(WONT, option);
            }
            WONT if self.theirs.contains(&option) => {
                self.theirs.retain(|one| *one != option);
                self.answer(DONT, option);
            }
            _ => {}
        }
    }

    /// Only the question for the terminal's name has an answer.
    fn subnegotiation(&mut self, said: &[u8]) {
        const IS: u8 = 0;
        const SEND: u8 = 1;
        if said == [TERMINAL_TYPE, SEND] && self.ours.contains(&TERMINAL_TYPE) {
            self.answers.extend([IAC, SB, TERMINAL_TYPE, IS]);
            self.answers
                .extend(TERMINAL.to_ascii_uppercase().as_bytes());
            self.answers.extend([IAC, SE]);
        }
    }

    fn tell_size(&mut self) {
        self.answers.extend([IAC, SB, WINDOW_SIZE]);
        for byte in [COLUMNS.to_be_bytes(), ROWS.to_be_bytes()].concat() {
            self.answers.push(byte);
            if byte == IAC {
                self.answers.push(IAC);
            }
        }
        self.answers.extend([IAC, SE]);
    }

    fn answer(&mut self, verb: u8, option: u8) {
        self.answers.extend([IAC, verb, option]);
    }
}

fn and(mut said: Vec<u8>, byte: u8) -> Vec<u8> {
    if said.len() < SUBNEGOTIATION_BYTES_MAX {
        said.push(byte);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays bytes in pieces of each size, and compares the data and the answers.
    #[track_caller]
    fn check(bytes: &[u8], data: &[u8], answers: &[u8]) {
        for size in [1, 3, 4_096] {
            let mut telnet = Telnet::default();
            let read: Vec<u8> = bytes
                .chunks(size)
                .flat_map(|piece| telnet.receive(piece))
                .collect();
            assert_eq!(read, data, "data, {size} bytes a piece");
            assert_eq!(
                telnet.take_answers(),
                answers,
                "answers, {size} bytes a piece"
            );
        }
    }

    #[test]
    fn what_a_vty_of_ios_asks_is_agreed_to() {
        // WILL ECHO, WILL SGA, DO TERMINAL-TYPE, DO NAWS, and then the banner.
        let asked = [255, 251, 1, 255, 251, 3, 255, 253, 24, 255, 253, 31];
        let agreed = [
            255, 253, 1, 255, 253, 3, 255, 251, 24, 255, 251, 31,
            // 511 columns, whose second byte is 255 and so stands twice, and 1000 rows.
            255, 250, 31, 1, 255, 255, 3, 232, 255, 240,
        ];
        check(
            &[&asked[..], b"\r\nUsername: "].concat(),
            b"\r\nUsername: ",
            &agreed,
        );
    }

    #[test]
    fn the_terminals_name_is_told_when_it_is_asked_for() {
        let asked = [255, 253, 24, 255, 250, 24, 1, 255, 240];
        let told = [&[255, 251, 24, 255, 250, 24, 0][..], b"VT100", &[255, 240]].concat();
        check(&asked, b"", &told);
        check(&[255, 250, 24, 1, 255, 240], b"", b"");
    }

    #[test]
    fn what_isnt_known_is_refused_and_an_agreement_isnt_repeated() {
        // DO LINEMODE, WILL STATUS, DO ECHO: we don't echo what they type.
        check(
            &[255, 253, 34, 255, 251, 5, 255, 253, 1],
            b"",
            &[255, 252, 34, 255, 254, 5, 255, 252, 1],
        );
        check(
            &[255, 251, 1, 255, 251, 1, 255, 254, 3, 255, 252, 3],
            b"",
            &[255, 253, 1],
        );
        check(
            &[255, 251, 1, 255, 252, 1],
            b"",
            &[255, 253, 1, 255, 254, 1],
        );
    }

    #[test]
    fn a_byte_of_255_stands_twice_and_commands_are_no_data() {
        check(b"a\xff\xffb\xff\xf1c\xff\xf9d", b"a\xffbcd", b"");
        check(b"line\r\nbare\r\0end", b"line\r\nbare\rend", b"");
        // A subnegotiation that is cut off, and one of another option.
        check(&[255, 250, 24, 1, 255, 253, 3, b'x'], b"x", &[255, 251, 3]);
        check(&[255, 250, 5, 1, 255, 255, 2, 255, 240, b'x'], b"x", b"");
    }

    #[test]
    fn enter_is_one_key() {
        assert_eq!(Telnet::encode(b"show\n"), b"show\r\0");
        assert_eq!(Telnet::encode(b"a\r\nb\rc\n\n"), b"a\r\0b\r\0c\r\0\r\0");
        assert_eq!(Telnet::encode(b"\xff\x03"), b"\xff\xff\x03");
    }
}
