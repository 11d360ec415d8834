fn main() {
    closure_of_generic_evil::later(std::path::PathBuf::new()).join().unwrap();
}
