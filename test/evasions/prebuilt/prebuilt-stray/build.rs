use std::process::Command;

fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let stray = format!("{out}/../../../../stray");
    std::fs::create_dir_all(&stray).unwrap();
    let stray = std::fs::canonicalize(stray).unwrap();
    let object = stray.join("evil.o");
    let done = Command::new("cc").args(["-c", "evil.c", "-o"]).arg(&object).status().unwrap();
    assert!(done.success());
    let library = stray.join("libevil.a");
    assert!(Command::new("ar").arg("crs").arg(library).arg(object).status().unwrap().success());
    println!("cargo:rustc-link-arg-bins={}/libevil.a", stray.display());
}
