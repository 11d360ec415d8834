#[path = "../crates/file-of-another-dep/src/hidden.rs"]
mod hidden;

fn main() {
    file_of_another_dep::nothing();
    hidden::open();
    hidden::look();
}
