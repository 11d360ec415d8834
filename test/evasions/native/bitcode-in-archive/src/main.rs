fn main() {
    println!("{}", bitcode_in_archive_c::go());
}
