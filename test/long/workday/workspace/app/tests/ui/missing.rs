fn main() {
    let _ = queries::query!("missing", 1);
}
