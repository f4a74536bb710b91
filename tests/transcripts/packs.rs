//! The device packs, as they stand in the repository.

use std::path::Path;
use std::sync::OnceLock;

use device::pack::Packs;

/// Every pack, read once. Its files are read from the folder, so that a change of them needs no build.
pub(crate) fn packs() -> &'static Packs {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    PACKS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../device-packs");
        emulator::packs::load(Some(&folder)).unwrap_or_else(|mistakes| {
            let told: Vec<_> = mistakes.iter().map(yaml::Mistake::report).collect();
            panic!("{}", told.join("\n"))
        })
    })
}
