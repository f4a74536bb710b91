//! The log, on standard error. It has no passwords, and what clients sent stands in it with control
//! characters escaped.

use std::io;

use tracing_subscriber::EnvFilter;

use super::Logging;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum LogFormat {
    /// For people
    Text,
    /// One object a line
    Json,
}

/// Starts the log, and sends panics to it: they end one connection or device, and not the fleet.
pub(super) fn start(logging: &Logging) {
    let filter = match logging.verbose {
        0 => "warn,emulator=info,fleet=info",
        1 => "info,emulator=debug,fleet=debug,russh=warn",
        _ => "debug",
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(io::stderr)
        .with_ansi(false);
    match logging.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "panic")));
}
