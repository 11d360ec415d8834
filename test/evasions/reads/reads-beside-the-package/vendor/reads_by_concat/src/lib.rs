pub fn told() -> usize {
    include_bytes!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../secrets/key.txt" //~ compile-files
    ))
    .len()
}
