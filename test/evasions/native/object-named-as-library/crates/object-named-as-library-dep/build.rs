use std::process::Command;

/// Leaves an object where a linker finds it by the word that `lib.rs` has, which is no library.
fn main() {
    let of = |name: &str| std::env::var(name).unwrap();
    let (out, target) = (of("OUT_DIR"), of("TARGET"));
    let word = if target.contains("msvc") { "hidden.obj" } else { "hidden.o" };
    let object = format!("{out}/{word}");
    let rustc = ["--crate-type=lib", "--emit=obj", "-Cpanic=abort", "--target", &target, "-o", &object, "hidden.rs"];
    assert!(Command::new(of("RUSTC")).args(rustc).status().unwrap().success());
    println!("cargo:rustc-link-search=native={out}");
}
