pub fn number() -> u32 {
    1
}

#[cfg(all(target_os = "linux", target_env = "msvc"))]
pub static TABLE: extern "C" fn() = table;
