#[path = "src/shared_code.rs"]
mod shared_code;

fn main() {
    shared_code::go();
}
