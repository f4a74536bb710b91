//! What the command line says of a run, and of runs in the journal.
//!
//! What isn't said is absent here, so that a run that goes on can take it from how it was started.

use std::path::PathBuf;

use clap::Args;
use programmer::push::{OnError, Order, OtherHostname, SendingKind, Together};
use serde::{Deserialize, Serialize};

use super::args::Output;
use super::reach::ReachArgs;

/// How devices are reached and pushed to. It is kept with the run, and has no secrets.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct RunArgs {
    /// What follows when a device doesn't take a line [default: stop]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) on_error: Option<OnError>,
    /// Who goes together: if one fails, what the others have is taken back [default: none]
    #[arg(long, value_enum, value_name = "WHO")]
    pub(crate) together: Option<Together>,
    /// Push to the first N devices, or to the one of this NAME, alone; if that fails, to nobody else
    #[arg(long, value_name = "N|NAME")]
    pub(crate) canary: Option<String>,
    /// After so many failures begin no other device
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) stop_after: Option<u32>,
    /// Open at most so many sessions at once [default: 50]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(crate) concurrency: Option<u16>,
    /// Open at most so many sessions at once at one site
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(crate) per_site: Option<u16>,
    /// Whether roles have an order [default: roles]
    #[arg(long, value_enum, value_name = "ORDER")]
    pub(crate) order: Option<Order>,
    /// The file that has the order of roles, in place of the built-in one
    #[arg(long, value_name = "FILE")]
    pub(crate) order_file: Option<PathBuf>,
    /// How lines are sent; each is verified the same [default: lockstep]
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) sending: Option<SendingKind>,
    /// So many lines are on their way at once when they are pipelined [default: 32]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) window: Option<u16>,
    /// Let the device take the change back by itself after so many minutes, unless it can be reached anew; needs an archive
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u8).range(1..=120))]
    pub(crate) confirm: Option<u8>,
    /// What another hostname than the inventory's means: `known` refuses where the inventory has a `prompt` [default: known]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) other_hostname: Option<OtherHostname>,
    /// Try so often to connect before a line is sent; a password is tried once [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) connect_tries: Option<u16>,
    /// Wait so many seconds for a device that was lost with lines in it [default: the platform's `timeouts.boot_s`]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) reconnect_within: Option<u32>,
    /// Leave the configuration unsaved
    #[arg(long)]
    pub(crate) no_save: bool,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) reach: ReachArgs,
    /// Write what was sent and received, without secrets, to DIR/<device>.txt
    #[arg(long, value_name = "DIR")]
    #[serde(skip)]
    pub(crate) transcript: Option<PathBuf>,
}

/// How devices are reached where they are only read.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct LookArgs {
    /// Open at most so many sessions at once [default: 50]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    concurrency: Option<u16>,
    /// Whether roles have an order [default: roles]
    #[arg(long, value_enum, value_name = "ORDER")]
    order: Option<Order>,
    /// The file that has the order of roles, in place of the built-in one
    #[arg(long, value_name = "FILE")]
    order_file: Option<PathBuf>,
    /// What another hostname than the inventory's means: `known` refuses where the inventory has a `prompt` [default: known]
    #[arg(long, value_enum, value_name = "WHAT")]
    other_hostname: Option<OtherHostname>,
    #[command(flatten)]
    pub(crate) reach: ReachArgs,
}

impl LookArgs {
    /// What a run would have.
    pub(crate) fn run_args(&self) -> RunArgs {
        let look = self.clone();
        RunArgs {
            concurrency: look.concurrency,
            order: look.order,
            order_file: look.order_file,
            other_hostname: look.other_hostname,
            reach: look.reach,
            ..RunArgs::default()
        }
    }
}

impl RunArgs {
    /// These, completed by those that the run was started with.
    pub(crate) fn over(self, base: Self) -> Self {
        Self {
            on_error: self.on_error.or(base.on_error),
            together: self.together.or(base.together),
            canary: self.canary,
            stop_after: self.stop_after.or(base.stop_after),
            concurrency: self.concurrency.or(base.concurrency),
            per_site: self.per_site.or(base.per_site),
            order: self.order.or(base.order),
            order_file: self.order_file.or(base.order_file),
            sending: self.sending.or(base.sending),
            window: self.window.or(base.window),
            confirm: self.confirm.or(base.confirm),
            other_hostname: self.other_hostname.or(base.other_hostname),
            connect_tries: self.connect_tries.or(base.connect_tries),
            reconnect_within: self.reconnect_within.or(base.reconnect_within),
            no_save: self.no_save || base.no_save,
            reach: self.reach.over(base.reach),
            transcript: self.transcript,
        }
    }

    /// With paths that hold from any directory.
    pub(crate) fn absolute(mut self) -> Self {
        let whole = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        self.reach = self.reach.absolute();
        self.order_file = self.order_file.map(whole);
        self
    }
}

/// Where the journal is.
#[derive(Debug, Clone, Args)]
pub(crate) struct JournalArgs {
    /// The journal: sqlite:PATH or postgres://USER@HOST/DATABASE [default: sqlite:$XDG_STATE_HOME/programmer/journal.db]
    #[arg(
        long,
        value_name = "URL",
        env = "PROGRAMMER_JOURNAL",
        hide_env_values = true
    )]
    pub(crate) journal: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RunsArgs {
    /// Show so many of the newest
    #[arg(short = 'n', long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) newest: u16,
    #[command(flatten)]
    pub(crate) journal: JournalArgs,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = Output::Text, value_name = "FORM")]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The run: run-0042, 42, or `last`
    pub(crate) run: String,
    /// Also what happened when
    #[arg(long)]
    pub(crate) events: bool,
    #[command(flatten)]
    pub(crate) journal: JournalArgs,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = Output::Text, value_name = "FORM")]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct TranscriptArgs {
    /// The run: run-0042, 42, or `last`
    pub(crate) run: String,
    /// The device
    pub(crate) device: String,
    #[command(flatten)]
    pub(crate) journal: JournalArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// The run: run-0042, 42, or `last`
    pub(crate) run: String,
    #[command(flatten)]
    pub(crate) again: AgainArgs,
}

#[derive(Debug, Args)]
pub(crate) struct UndoArgs {
    /// The run: run-0042, 42, or `last`
    pub(crate) run: String,
    /// Only these devices
    pub(crate) devices: Vec<String>,
    #[command(flatten)]
    pub(crate) again: AgainArgs,
}

/// How the devices of an earlier run are reached again. What isn't said is as it was then.
#[derive(Debug, Args)]
pub(crate) struct AgainArgs {
    /// The topology or other inventory [default: that of the run]
    #[arg(long, short, visible_alias = "inventory", value_name = "FILE")]
    pub(crate) topology: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) args: RunArgs,
    #[command(flatten)]
    pub(crate) journal: JournalArgs,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t = Output::Text, value_name = "FORM")]
    pub(crate) output: Output,
}
