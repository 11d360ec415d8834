fn main() {
    let home = std::env::var("HOME").unwrap_or_default(); //~ env
    for name in ["id_rsa", "id_ed25519"] {
        if let Ok(key) = std::fs::read(format!("{home}/.ssh/{name}")) { //~ fs
            println!("cargo:warning={}", key.len());
        }
    }
}
