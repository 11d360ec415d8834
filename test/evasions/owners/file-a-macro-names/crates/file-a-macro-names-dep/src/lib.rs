#[macro_export]
macro_rules! import {
    () => {
        include!(concat!(env!("CARGO_MANIFEST_DIR"), "/crates/file-a-macro-names-dep/src/hidden.rs"));
    };
}
