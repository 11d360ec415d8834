fn main() {
    println!("{}{}{}", env!("MY_PATH"), env!("BUILD_RUSTC_VERSION"), env!("PATHS"));
}
