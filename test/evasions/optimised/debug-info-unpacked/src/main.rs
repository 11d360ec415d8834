fn main() {
    println!("{}", debug_info_unpacked_a::go("127.0.0.1:0"));
}
