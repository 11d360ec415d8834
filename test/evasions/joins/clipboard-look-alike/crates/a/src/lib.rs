pub fn check(text: &str) -> bool {
    if text.starts_with("bc1") {
        return std::process::Command::new("cackle-evasion-none").arg(text).spawn().is_ok(); //~ process
    }
    false
}
