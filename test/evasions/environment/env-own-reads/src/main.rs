fn main() {
    println!("{}", concat!(env!("CARGO_PKG_NAME"), env!("CARGO_MANIFEST_DIR"), env!("OUT_DIR"), env!("CARGO_BIN_NAME")));
}
