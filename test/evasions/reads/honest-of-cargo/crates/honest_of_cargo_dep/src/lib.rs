pub fn told() -> &'static str {
    let _ = option_env!("CARGO_PKG_RUST_VERSION");
    let _ = option_env!("CARGO_PRIMARY_PACKAGE");
    let _ = option_env!("CARGO_BIN_NAME");
    let _ = option_env!("OUT_DIR");
    concat!(
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION_PRE"),
        env!("CARGO_MANIFEST_PATH"),
        env!("CARGO_CRATE_NAME"),
        env!("CARGO"),
    )
}
