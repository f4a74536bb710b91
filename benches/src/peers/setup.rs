//! What the peers need: a virtual environment of Python and a build of ferrissh, below the folder that cargo builds in.
//! Both are made when they are first wanted.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::who::Peer;

/// The folder that this program was built in: the one above `release`.
#[must_use]
pub fn target_folder() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let folder = program.parent().and_then(Path::parent);
    folder.map_or_else(|| PathBuf::from("target"), Path::to_path_buf)
}

/// The command that lacks only the job's file.
///
/// # Errors
///
/// What can't be installed or built.
pub fn command(peer: Peer) -> Result<Command, String> {
    if peer == Peer::Ferrissh {
        return Ok(Command::new(ferrissh()?));
    }
    let mut command = Command::new(python()?);
    command
        .arg("-B")
        .arg(sources("push.py"))
        .arg(peer.who().name);
    Ok(command)
}

fn sources(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("peers")
        .join(file)
}

fn ferrissh() -> Result<PathBuf, String> {
    let target = target_folder().join("peers-ferrissh");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_string());
    let mut build = Command::new(cargo);
    build
        .args([
            "build",
            "--quiet",
            "--release",
            "--locked",
            "--manifest-path",
        ])
        .arg(sources("ferrissh/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target);
    ends_well(&mut build)?;
    Ok(target.join("release/ferrissh-peer"))
}

/// Made anew when the list of packages has changed.
fn python() -> Result<PathBuf, String> {
    let told = |error: std::io::Error| error.to_string();
    let (environment, list) = (
        target_folder().join("peers-venv"),
        sources("requirements.txt"),
    );
    let (made_from, python) = (
        environment.join("made-from.txt"),
        environment.join("bin/python"),
    );
    let wanted = std::fs::read_to_string(&list).map_err(told)?;
    if std::fs::read_to_string(&made_from).is_ok_and(|had| had == wanted) {
        return Ok(python);
    }
    let venv = ["-m", "venv", "--clear"];
    ends_well(Command::new("python3").args(venv).arg(&environment))?;
    let install = ["-m", "pip", "install", "--quiet", "--no-deps", "-r"];
    ends_well(
        Command::new(&python)
            .args(install)
            .arg(&list)
            .env("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
    )?;
    std::fs::write(made_from, wanted).map_err(told)?;
    Ok(python)
}

/// What it says goes to standard error: standard output is the table's.
fn ends_well(command: &mut Command) -> Result<(), String> {
    let output = command.output();
    let output = output.map_err(|error| format!("{command:?} doesn't start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{command:?}: {}\n{said}", output.status))
}
