fn main() {
    println!("{}", honest_as_ref_lib::length(std::path::PathBuf::from("abc")));
}
