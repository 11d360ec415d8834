fn main() {
    let _guard = on_drop::Guard;
}
