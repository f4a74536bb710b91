//! The device packs, as they stand in the repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use device::pack::Packs;

/// Every pack, read once.
pub(crate) fn packs() -> &'static Packs {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    PACKS.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../device-packs");
        let mut files = BTreeMap::new();
        gather(&root, &root, &mut files);
        Packs::load(&files).unwrap_or_else(|mistakes| {
            let told: Vec<_> = mistakes.iter().map(yaml::Mistake::report).collect();
            panic!("{}", told.join("\n"))
        })
    })
}

fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap();
        // The programmer's half of a pack is not the device's.
        let theirs = ["/writers", "/expect.yaml", "/running.yaml"]
            .iter()
            .any(|end| name.ends_with(end));
        if path.is_dir() && !theirs {
            gather(root, &path, files);
        } else if name.contains('/') && !theirs {
            files.insert(name.to_string(), fs::read_to_string(&path).unwrap());
        }
    }
}
