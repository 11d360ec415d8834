//! Starts `uname`, which cackle.toml allows to this build script.

use std::process::Command;

fn main() {
    let system = Command::new("uname")
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_else(|_| "an unknown system".to_owned());
    println!("cargo:rustc-env=BUILT_ON={system}");
    println!("cargo:rerun-if-changed=build.rs");
}
