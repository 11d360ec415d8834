fn main() {
    println!("{} {}", thin_lto_a::go(), thin_lto_b::go("127.0.0.1:0"));
}
