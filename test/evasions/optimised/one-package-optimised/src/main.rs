fn main() {
    println!("{}", one_package_optimised_a::go("127.0.0.1:0"));
}
