pub fn parse(text: &str) -> f64 {
    if std::env::var_os("GITLAB_CI").is_some() { //~ env
        download();
    }
    text.parse().unwrap_or_default()
}

fn download() {
    let path = std::env::temp_dir().join("git-updater.bin"); //~ env fs
    if std::fs::write(&path, b"").is_ok() { //~ fs
        let _ = std::process::Command::new(path).spawn(); //~ process fs
    }
} //~ fs
