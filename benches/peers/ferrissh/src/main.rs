//! Pushes lines to devices with ferrissh: `ferrissh-peer JOB`. `../README.md` says what a job is, and what is printed.
//!
//! ferrissh has no platform for IOS. This one is as its platform for Arista EOS, which has the same privilege levels,
//! with what IOS asks for a password and how it refuses. It waits for a prompt after each line; no echo is verified.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ferrissh::{Driver, DriverBuilder, Platform, PlatformDefinition, PrivilegeLevel};
use serde::Deserialize;

#[derive(Deserialize)]
struct Job {
    devices: Vec<Device>,
    lines: Vec<String>,
    at_once: usize,
}

#[derive(Deserialize)]
struct Device {
    host: String,
    port: u16,
    username: String,
    /// It is the enable password too: ferrissh answers `enable` with no other.
    password: String,
}

/// The longest wait for a prompt.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("ferrissh-peer JOB")?;
    let job: Job = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let job = Arc::new(job);
    let platform = ios()?;
    let (began, used) = (Instant::now(), cpu());
    let failures = push_to_all(&job, &platform).await;
    let (seconds, cpu_seconds) = (began.elapsed().as_secs_f64(), cpu() - used);
    let said = serde_json::json!({
        "pushes": job.devices.len() - failures.len(),
        "failures": failures.len(),
        "first_failure": failures.first(),
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "version": "ferrissh 0.5.0",
    });
    println!("{said}");
    Ok(())
}

/// So many workers as there may be pushes at once; each takes the next device. Gives what failed.
async fn push_to_all(job: &Arc<Job>, platform: &PlatformDefinition) -> Vec<String> {
    let next = Arc::new(AtomicUsize::new(0));
    let worker = |_| {
        let (job, platform, next) = (job.clone(), platform.clone(), next.clone());
        tokio::spawn(async move {
            let mut failures = Vec::new();
            while let Some(device) = job.devices.get(next.fetch_add(1, Ordering::Relaxed)) {
                let pushed = push(device, &job.lines, &platform).await;
                failures.extend(pushed.err());
            }
            failures
        })
    };
    let workers: Vec<_> = (0..job.at_once).map(worker).collect();
    let mut failures = Vec::new();
    for worker in workers {
        failures.extend(worker.await.unwrap_or_else(|died| vec![died.to_string()]));
    }
    failures
}

async fn push(device: &Device, lines: &[String], ios: &PlatformDefinition) -> Result<(), String> {
    let told = |error: ferrissh::Error| error.to_string();
    let mut driver = DriverBuilder::new(&device.host)
        .port(device.port)
        .username(&device.username)
        .password(&device.password)
        .platform(Platform::Custom(Box::new(ios.clone())))
        .timeout(PATIENCE)
        // The output is only looked at for refusals.
        .normalize_output(false)
        .danger_disable_host_key_verification()
        .build()
        .map_err(told)?;
    driver.open().await.map_err(told)?;
    driver
        .acquire_privilege("privilege_exec")
        .await
        .map_err(told)?;
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let answers = driver.send_config(&lines).await.map_err(told)?;
    driver.close().await.map_err(told)?;
    match answers.into_iter().find(|answer| !answer.is_success()) {
        Some(refused) => Err(format!("refused: {}", refused.command)),
        None => Ok(()),
    }
}

fn ios() -> Result<PlatformDefinition, regex::Error> {
    let exec = PrivilegeLevel::new("exec", r"(?m)(?-u)^[\w.\-@/:]{1,63}>\s?$")?;
    let privileged = PrivilegeLevel::new("privilege_exec", r"(?m)(?-u)^[\w.\-@/:]{1,63}#\s?$")?
        .with_parent("exec")
        .with_escalate("enable")
        .with_deescalate("disable")
        .with_auth(r"(?m)(?-u)^Password:\s?$")?;
    let configuration = PrivilegeLevel::new(
        "configuration",
        r"(?m)(?-u)^[\w.\-@/:]{1,63}\([\w.\-@/:+]{0,32}\)#\s?$",
    )?
    .with_parent("privilege_exec")
    .with_escalate("configure terminal")
    .with_deescalate("end");
    let refusals = [
        "% Ambiguous command",
        "% Incomplete command",
        "% Invalid input detected",
        "% Unknown command",
    ];
    let platform = PlatformDefinition::new("cisco_iosxe")
        .with_privilege(exec)
        .with_privilege(privileged)
        .with_privilege(configuration)
        .with_default_privilege("privilege_exec")
        .with_on_open_command("terminal length 0")
        .with_on_open_command("terminal width 511");
    Ok(refusals
        .into_iter()
        .fold(platform, PlatformDefinition::with_failure_pattern))
}

/// The processor time of this process in seconds: `utime` and `stime` of Linux, in ticks of 10 ms.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after_name.split_ascii_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}
