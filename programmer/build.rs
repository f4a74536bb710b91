//! Makes a change in the device packs rebuild the binary that embeds them.

fn main() {
    println!("cargo:rerun-if-changed=../device-packs");
}
