fn main() {
    println!("{}", resolver_in_archive_c::go());
}
