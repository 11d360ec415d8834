fn main() {
    println!("{}", dns_str::leak("localhost:9"));
}
