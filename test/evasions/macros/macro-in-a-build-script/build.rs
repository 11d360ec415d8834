fn main() {
    println!("cargo:rerun-if-changed={}", macro_in_a_build_script_helper::raw!(*(&"build.rs" as *const &str))); //~ unsafe@macro-in-a-build-script.build
}
