fn main() {
    println!("{}", dns_lookup::leak("secret"));
}
