fn main() {
    println!("{}", vendored_directory_a::go());
}
