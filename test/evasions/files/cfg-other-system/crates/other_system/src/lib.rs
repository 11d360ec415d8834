#[cfg(windows)]
pub fn go() -> bool {
    std::process::Command::new("cmd").status().is_ok() //~ process[windows]
} //~ process[windows]

#[cfg(not(windows))]
pub fn go() -> bool {
    false
}
