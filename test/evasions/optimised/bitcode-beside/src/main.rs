fn main() {
    println!("{}", bitcode_beside_a::go("127.0.0.1:0"));
}
