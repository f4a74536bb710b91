//! A programmer's session against what a device has written: a stream, in pieces of any size, without a network.

use std::sync::Arc;
use std::time::Duration;

use programmer::inventory::Credentials;
use programmer::plan::PlanLine;
use programmer::secret::Secret;
use programmer::session::{Access, Action, Input, OnRefused, Reply, Request, Sending, Session};

use crate::plan::packs;

const NOW: Duration = Duration::ZERO;

/// A session that has asked, and what the device writes then.
pub struct Recorded {
    session: Session,
    stream: Vec<u8>,
}

impl Recorded {
    /// All these lines are on their way; the stream has the echo and the prompt of each.
    #[must_use]
    pub fn lines(lines: &[PlanLine]) -> Self {
        let mut session = opened();
        let request = Request::Configure {
            enter: None,
            lines: lines.into(),
            sending: Sending::Buffer,
            on_refused: OnRefused::Stop,
        };
        let sent = sent(session.request(request, NOW));
        assert_eq!(sent, "configure terminal\n");
        let entered = "configure terminal\r\nEnter configuration commands, one per line.  End with CNTL/Z.\r\n\
                       edge-1(config)#";
        session.handle(Input::Bytes(entered.as_bytes()), NOW);
        let echo = |line: &PlanLine| format!("{}\r\nedge-1(config)#", line.text());
        let stream = lines.iter().map(echo).collect::<String>().into_bytes();
        Self { session, stream }
    }

    /// A command is on its way; the stream has its echo, its output and the prompt.
    #[must_use]
    pub fn output(text: &str) -> Self {
        let mut session = opened();
        let request = Request::Exec {
            command: "show running-config".to_string(),
            within: Duration::from_secs(60),
            ends: None,
        };
        session.request(request, NOW);
        let text = text.replace('\n', "\r\n");
        let stream = format!("show running-config\r\n{text}edge-1#").into_bytes();
        Self { session, stream }
    }

    /// How many bytes the device writes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.stream.len()
    }

    /// The session gets the stream in pieces of a size.
    pub fn in_pieces_of(&mut self, size: usize) {
        for piece in self.stream.chunks(size) {
            self.session.handle(Input::Bytes(piece), NOW);
        }
        assert!(!self.session.is_over(), "the session ended");
    }

    /// How many lines the device has taken.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.session.accepted()
    }
}

/// A session at the prompt of a Catalyst 9300.
fn opened() -> Session {
    let access = Access {
        expect: Arc::clone(packs().platform("catalyst-9300").unwrap().expect()),
        credentials: Credentials {
            username: "netadmin".to_string(),
            password: Secret::new("C1sco12345"),
            enable: None,
        },
        mask: Arc::default(),
    };
    let mut session = Session::new(access, NOW);
    let mut asked = sent(session.handle(Input::Bytes(b"\r\nedge-1#"), NOW));
    while session
        .take_reply()
        .is_none_or(|reply| !matches!(reply, Reply::Ready))
    {
        let answer = format!("{}\r\nedge-1#", asked.trim_end());
        asked = sent(session.handle(Input::Bytes(answer.as_bytes()), NOW));
    }
    session
}

fn sent(actions: Vec<Action>) -> String {
    let bytes = actions.into_iter().filter_map(|action| match action {
        Action::Send { bytes, .. } => Some(bytes),
        Action::WakeAt(_) | Action::Close => None,
    });
    String::from_utf8_lossy(&bytes.flatten().collect::<Vec<u8>>()).into_owned()
}
