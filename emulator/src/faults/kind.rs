//! The kinds of faults, by the moment at which they strike.

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Somebody connects.
    Connection(Connection),
    /// Somebody logs in.
    Login(Login),
    /// A session opens.
    Opening(Opening),
    /// The connection ends, or as good as ends.
    End(End),
    /// Output comes at another time, or in other pieces.
    Pace(Pace),
    /// What is typed comes back wrong.
    Echo(Echo),
    /// What a command prints comes wrong.
    Reply(Reply),
    /// The prompt comes wrong.
    Prompt(Prompt),
    /// A command does something else.
    Line(Line),
    /// An enable password is not taken.
    Password(Password),
    /// Something happens to the device.
    Event(Event),
}

/// What goes wrong with a connection before its login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connection {
    Refuse,
    BlackHole,
    LateIdent,
    PreBanner,
    Algorithms,
    HostKey,
    Rekey,
    KeyboardOnly,
    Lines,
    /// Another device answers.
    Other,
}

/// What goes wrong with a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Login {
    Refused,
    Slow,
    Locked,
    Quiet,
}

/// What is odd about a session from its first moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    Dialog,
    PromptInBanner,
    InConfiguration,
    Privilege,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Reset,
    Close,
    HalfOpen,
    HalfClosed,
    Disconnect,
    Idle,
}

/// When and how output comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    Latency,
    Profile,
    Bandwidth,
    Dribble,
    Split,
    Merge,
}

/// How an echo is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    SevenBit,
    Wrapped,
    Doubled,
    Truncated,
    Missing,
    Corrupted,
    Syslog,
    InputLost,
}

/// How a command's output is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reply {
    Slow,
    Stall,
    Truncated,
    Syslog,
    PromptInside,
    More,
    Flood,
    Ansi,
    Nul,
    NotUtf8,
    LineEnds,
}

/// How a prompt is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    Slow,
    Missing,
    Doubled,
    Glued,
    Changed,
    Syslog,
}

/// What a command does instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// Refused with a text.
    Refused,
    /// Refused with a text, and all later ones too, in every session.
    RefusedFromNowOn,
    Warned,
    Discarded,
    NotApplied,
    Late,
    Fades,
    Asks,
    Translates,
}

/// What becomes of an enable password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Password {
    Wrong,
    AsksAgain,
}

/// What happens to the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    Change,
    Hostname,
    Locked,
    SavesFail,
    Reload,
    PathCut,
    Syslog,
    Clock,
    FlashFull,
}

impl Kind {
    /// Whether it must know the line before its echo goes out.
    pub(crate) fn precedes_echo(self) -> bool {
        matches!(self, Self::Echo(_) | Self::End(_) | Self::Pace(_))
    }

    /// Whether it strikes when a line is given, or at the opening if its rule names no line.
    pub(crate) fn may_open(self) -> bool {
        matches!(
            self,
            Self::End(_) | Self::Pace(_) | Self::Prompt(_) | Self::Opening(_)
        )
    }
}
