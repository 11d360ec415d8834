#[path = "../crates/data-and-source-dep/src/by_path.rs"]
mod by_path;
mod by_include {
    include!("../crates/data-and-source-dep/src/by_incl\x75de.rs");
}
mod by_concat {
    include!(concat!("../crates/data-and-source-dep/src/by_", "concat.rs"));
}
const A: &str = include_str!("../crates/data-and-source-dep/src/by_path.rs");
const B: &str = include_str!("../crates/data-and-source-dep/src/by_include.rs");
const C: &[u8] = include_bytes!("../crates/data-and-source-dep/src/by_concat.rs");

fn main() {
    println!("{} {} {}", A.len(), B.len(), C.len());
    data_and_source_dep::nothing();
    by_path::look(&1);
    by_include::look(&1);
    by_concat::look(&1);
}
