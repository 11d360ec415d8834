fn main() {
    drop(held_by_a_field_evil::Holder::new());
}
