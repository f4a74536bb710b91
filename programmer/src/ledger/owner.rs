//! Who holds a lock: a process, told apart from one that later has the same number.

use std::fmt;

/// A process on a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The machine's name.
    pub host: String,
    /// The process's number.
    pub pid: i64,
    /// When it began, in the kernel's ticks since boot; 0 if the system doesn't tell.
    pub started: i64,
    /// Which boot of the machine it is; empty if the system doesn't tell.
    pub boot: String,
}

impl Owner {
    /// This process.
    #[must_use]
    pub fn this_process() -> Self {
        let pid = i64::from(std::process::id());
        Self {
            host: kernel("hostname"),
            pid,
            started: started(pid).unwrap_or(0),
            boot: kernel("random/boot_id"),
        }
    }

    /// Whether the process is gone for certain, as seen from `here`. Of another machine nothing is certain.
    #[must_use]
    pub fn is_gone(&self, here: &Self) -> bool {
        if self.host != here.host || here.started == 0 {
            return false;
        }
        self.boot != here.boot || started(self.pid) != Some(self.started)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "process {} on {}", self.pid, self.host)
    }
}

/// Field 22 of `/proc/PID/stat`; the fields are counted behind the name, which may hold anything.
fn started(pid: i64) -> Option<i64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    // A zombie holds nothing any more; it only waits to be counted.
    let state = fields.next()?;
    let started = fields.nth(18)?.parse().ok();
    started.filter(|_| !matches!(state, "Z" | "X"))
}

fn kernel(name: &str) -> String {
    let text = std::fs::read_to_string(format!("/proc/sys/kernel/{name}")).unwrap_or_default();
    text.trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_one_of_its_number_that_began_before_is_gone() {
        let here = Owner::this_process();
        assert!(!here.is_gone(&here));
        assert!(
            Owner {
                started: here.started - 1,
                ..here.clone()
            }
            .is_gone(&here)
        );
        assert!(
            Owner {
                boot: "another".into(),
                ..here.clone()
            }
            .is_gone(&here)
        );
        assert!(
            !Owner {
                host: "elsewhere".into(),
                started: 1,
                ..here.clone()
            }
            .is_gone(&here)
        );
    }
}
