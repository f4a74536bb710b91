//! The device packs that are compiled in, and a folder that may take the place of some of their files.

mod overlay;

use std::collections::BTreeMap;
use std::path::Path;

use device::pack::Packs;
use include_dir::{Dir, include_dir};
use yaml::Mistake;

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../device-packs");

/// Reads the built-in packs, with the files of `folder` in place of those of the same path.
///
/// # Errors
///
/// Every mistake of every file.
pub fn load(folder: Option<&Path>) -> Result<Packs, Vec<Mistake>> {
    let mut files = BTreeMap::new();
    built_in(&BUILT_IN, &mut files);
    if let Some(folder) = folder {
        overlay::read(folder, &mut files)?;
    }
    Packs::load(&files)
}

/// Whether a file describes the device. The rest of a pack is the programmer's: the two judge each other,
/// so that neither reads the other's half.
fn of_the_device(path: &str) -> bool {
    let mut parts = path.split('/').skip(1).peekable();
    let first = parts.next();
    let programmers = ["expect.yaml", "running.yaml", "writers"];
    first.is_some_and(|first| !programmers.contains(&first))
}

fn built_in(folder: &Dir<'_>, files: &mut BTreeMap<String, String>) {
    for file in folder.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        if let Some(text) = file.contents_utf8().filter(|_| of_the_device(&path)) {
            files.insert(path, text.to_string());
        }
    }
    folder.dirs().for_each(|dir| built_in(dir, files));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programmers_half_of_a_pack_is_left_alone() {
        assert!(of_the_device("ios-xe/pack.yaml"));
        assert!(of_the_device("ios-xe/show/version.j2"));
        assert!(!of_the_device("ios-xe/expect.yaml"));
        assert!(!of_the_device("ios-xe/running.yaml"));
        assert!(!of_the_device("ios-xe/writers/vrf.yaml"));
        assert!(!of_the_device("README.md"));
    }

    #[test]
    fn the_packs_that_are_compiled_in_have_no_mistake() {
        let told = |mistakes: Vec<Mistake>| {
            let lines: Vec<_> = mistakes.iter().map(Mistake::report).collect();
            lines.join("\n")
        };
        assert_eq!(load(None).map(|_| ()).map_err(told), Ok(()));
    }
}
