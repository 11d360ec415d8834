use blanket_impl_evil::Touch;

fn main() {
    std::path::PathBuf::new().touch();
}
