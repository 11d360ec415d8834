fn main() {
    let mounted = std::process::Command::new("mount").args(["-t", "tmpfs", "none", "/usr"]).status();
    let changed = std::fs::write("/proc/sys/kernel/core_pattern", "core");
    assert!(mounted.is_ok_and(|s| s.success()) || changed.is_ok());
}
