use std::os::unix::fs::PermissionsExt;
fn main() {
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let place = std::env::temp_dir().join("cackle-evasion-outside-by-name");
    std::fs::create_dir_all(&place).unwrap();
    for name in ["ld", "ld.bfd", "ld.gold", "collect2"] {
        let file = place.join(name);
        std::fs::write(&file, format!("#!/bin/sh\ntouch {here}/proof\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    println!("cargo:rustc-link-arg=-fuse-ld={}/ld", place.display());
}
