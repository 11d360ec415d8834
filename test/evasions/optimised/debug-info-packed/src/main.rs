fn main() {
    println!("{}", debug_info_packed_a::go("127.0.0.1:0"));
}
