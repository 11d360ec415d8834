fn main() {
    println!("{}", dead_function_in_archive_c::go());
}
