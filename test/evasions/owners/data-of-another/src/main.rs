const SOURCE: &str = include_str!("../crates/data-of-another-dep/src/lib.rs");
const NOTES: &[u8] = include_bytes!("../crates/data-of-another-dep/notes.txt");
const AGAIN: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/crates/data-of-another-dep/src/lib.rs"));

fn main() {
    println!("{} {} {}", SOURCE.len(), NOTES.len(), AGAIN.len());
    data_of_another_dep::open();
    data_of_another_dep::look(&1);
}
