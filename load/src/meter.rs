//! What a process uses: time of processors, and memory.
//!
//! Linux only; elsewhere nothing is measured.

use std::time::Duration;

/// A tick of `/proc/PID/stat`: 10 ms on every architecture of Linux.
const TICK: Duration = Duration::from_millis(10);

/// A process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process(u32);

impl Process {
    /// This one.
    #[must_use]
    pub fn own() -> Self {
        Self(std::process::id())
    }

    /// The one of this number.
    #[must_use]
    pub fn numbered(id: u32) -> Self {
        Self(id)
    }

    /// The time that all its threads have had on a processor, in user and kernel, those that have ended included.
    #[must_use]
    pub fn cpu(self) -> Option<Duration> {
        cpu_of(&self.file("stat")?)
    }

    /// Its resident memory in bytes.
    #[must_use]
    pub fn resident(self) -> Option<u64> {
        resident_of(&self.file("status")?)
    }

    fn file(self, name: &str) -> Option<String> {
        std::fs::read_to_string(format!("/proc/{}/{name}", self.0)).ok()
    }
}

/// `utime` and `stime`, fields 14 and 15. The name of the program, field 2, may have spaces and brackets.
fn cpu_of(stat: &str) -> Option<Duration> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok();
    Some(TICK * ticks()?.checked_add(ticks()?)?)
}

/// `VmRSS:   1234 kB`
fn resident_of(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kb: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kb.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_linux_are_read() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 900 0 0 0 150 25 0 0 20 0 3 0 100 0 0";
        assert_eq!(cpu_of(stat), Some(Duration::from_millis(1750)));
        assert_eq!(cpu_of("7 (a) S"), None);
        let status = "Name:\tx\nVmPeak:\t 9 kB\nVmRSS:\t    2048 kB\n";
        assert_eq!(resident_of(status), Some(2048 * 1024));
        assert_eq!(resident_of("Name:\tx\n"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_measured() {
        assert!(Process::own().cpu().is_some());
        assert!(
            Process::own()
                .resident()
                .is_some_and(|bytes| bytes > 100_000)
        );
        assert_eq!(Process::numbered(u32::MAX).resident(), None);
    }
}
