//! What is written of a recording: the configuration, the shows, and an entry in a topology.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Identified, Recording};

/// The topology's file in the folder of recordings.
pub const TOPOLOGY: &str = "topology.yaml";

/// Where things were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The topology.
    pub topology: PathBuf,
    /// The device's name in it.
    pub name: String,
    /// Its startup-config.
    pub startup: PathBuf,
}

/// Writes a recording below a folder: `configs/NAME.cfg`, `shows/NAME/COMMAND.txt`, and an entry in `topology.yaml`,
/// which is made if it isn't there. A name that the topology has is recorded anew.
///
/// # Errors
///
/// If a file can't be read or written.
pub fn write(
    folder: &Path,
    name: Option<&str>,
    recording: &Recording,
    platform: &Identified,
) -> io::Result<Written> {
    let name = name.map_or_else(|| named(&recording.hostname), str::to_string);
    let startup = folder.join("configs").join(format!("{name}.cfg"));
    let shows = folder.join("shows").join(&name);
    fs::create_dir_all(folder.join("configs"))?;
    fs::create_dir_all(&shows)?;
    private(&startup, &recording.running)?;
    for (command, text) in &recording.shows {
        private(
            &shows.join(format!("{}.txt", command.replace([' ', '/', '|'], "-"))),
            text,
        )?;
    }
    let topology = folder.join(TOPOLOGY);
    let old = match fs::read_to_string(&topology) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => head(folder),
        Err(error) => return Err(error),
    };
    fs::write(&topology, with_entry(&old, &name, platform))?;
    Ok(Written {
        topology,
        name,
        startup,
    })
}

/// A configuration has hashes and keys in it: nobody else may read it.
fn private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

/// A hostname as a topology takes it.
fn named(hostname: &str) -> String {
    let fits = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    hostname.chars().map(fits).collect()
}

/// A topology without devices. `devices` comes last, so that entries can be added at the end.
fn head(folder: &Path) -> String {
    let name = folder
        .file_name()
        .map(|name| named(&name.to_string_lossy()));
    let name = name
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "recorded".to_string());
    format!(
        "# Devices as `fleet record` found them. Each boots from its configuration; `credentials` is a user of the lab's\n\
         # own, whom every device here knows beside those of its configuration.\n\
         name: {name}\n\
         listen: {{address: 127.0.0.1, port: 2201}}\n\
         credentials: {{username: recorder, password: C1sco12345, enable: C1sco54321}}\n\
         \n\
         devices:\n"
    )
}

/// A topology with the entry of a device, in place of the one that it had.
fn with_entry(topology: &str, name: &str, platform: &Identified) -> String {
    let begins = format!("  - {{name: {name}, ");
    let mut text: String = topology
        .lines()
        .filter(|line| !line.starts_with(&begins))
        .map(|line| format!("{line}\n"))
        .collect();
    let pack = &platform.pack;
    let model = platform
        .model
        .as_ref()
        .map(|model| format!(", model: {model}"))
        .unwrap_or_default();
    text.push_str(&format!(
        "{begins}pack: {pack}{model}, startup: configs/{name}.cfg}}\n"
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_is_recorded_again_has_one_entry() {
        let platform = Identified {
            pack: "c8000v".to_string(),
            model: Some("C8000V".to_string()),
        };
        let once = with_entry("name: t\ndevices:\n", "r1", &platform);
        assert_eq!(
            once,
            "name: t\ndevices:\n  - {name: r1, pack: c8000v, model: C8000V, startup: configs/r1.cfg}\n"
        );
        assert_eq!(with_entry(&once, "r1", &platform), once);
    }
}
