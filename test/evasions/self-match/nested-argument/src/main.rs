fn main() {
    nested_argument_evil::go(vec![Some((1u8, std::path::PathBuf::new()))]);
}
