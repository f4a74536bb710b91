//! A process that pushes: it is started with a job, waited for, and its outcome is read.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use load::meter::Process;
use tokio::time::{Instant, sleep};

use super::job::{Job, Outcome};

/// The slowest peer does 4,000 lines a second; one that takes longer than this hangs.
const RUN_MAX: Duration = Duration::from_secs(20 * 60);
/// How often it is looked whether it has ended. It has taken its own time.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Starts it with a job, which is kept in a folder; gives what it says, and the processor time of this process
/// meanwhile, in seconds.
///
/// # Errors
///
/// If it doesn't start, doesn't end, or says nothing that can be read.
pub async fn run(mut command: Command, job: &Job, folder: &Path) -> Result<(Outcome, f64), String> {
    let file = folder.join("job.json");
    let text = serde_json::to_string(job).map_err(|error| error.to_string())?;
    std::fs::write(&file, text).map_err(|error| error.to_string())?;
    let used = Process::own().cpu().unwrap_or_default();
    let piped = command
        .arg(&file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let child = piped.spawn();
    let mut child = child.map_err(|error| format!("{command:?} doesn't start: {error}"))?;
    let said = ended(&mut child).await;
    if said.is_err() {
        // One that has ended already can't be ended.
        _ = child.kill();
        _ = child.wait();
    }
    let used = Process::own()
        .cpu()
        .unwrap_or_default()
        .saturating_sub(used);
    let outcome =
        serde_json::from_str(&said?).map_err(|error| format!("it says nothing: {error}"))?;
    Ok((outcome, used.as_secs_f64()))
}

/// An outcome is shorter than what a pipe holds, so that it can be read when the process has ended.
async fn ended(child: &mut Child) -> Result<String, String> {
    let began = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if began.elapsed() < RUN_MAX => sleep(LOOK_EVERY).await,
            Ok(None) => return Err("it doesn't end".to_string()),
            Err(error) => return Err(error.to_string()),
        }
    };
    if !status.success() {
        return Err(format!("it ended with {status}"));
    }
    let mut said = String::new();
    let pipe = child.stdout.take();
    let read = pipe.map(|mut pipe| pipe.read_to_string(&mut said));
    match read {
        Some(Err(error)) => Err(error.to_string()),
        _ => Ok(said),
    }
}
