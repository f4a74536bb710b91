//! Collects the programmer's half of the device packs, so that the binary embeds that and nothing else.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const PACKS: &str = "../device-packs";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed={PACKS}");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("device-packs");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    for platform in fs::read_dir(PACKS)? {
        let platform = platform?;
        let from = platform.path();
        let to = out.join(platform.file_name());
        if from.join("expect.yaml").is_file() {
            fs::create_dir_all(to.join("writers"))?;
            for file in ["expect.yaml", "running.yaml"] {
                if from.join(file).is_file() {
                    fs::copy(from.join(file), to.join(file))?;
                }
            }
            copy_writers(&from.join("writers"), &to.join("writers"))?;
        }
    }
    Ok(())
}

fn copy_writers(from: &Path, to: &Path) -> io::Result<()> {
    let Ok(files) = fs::read_dir(from) else {
        return Ok(());
    };
    for file in files {
        let path = file?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            fs::copy(&path, to.join(path.file_name().unwrap_or_default()))?;
        }
    }
    Ok(())
}
