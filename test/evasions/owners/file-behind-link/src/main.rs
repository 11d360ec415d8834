#[path = "link/../hidden.rs"]
mod hidden;

fn main() {
    hidden::look(&1);
}
