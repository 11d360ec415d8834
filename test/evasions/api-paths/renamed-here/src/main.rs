fn main() {
    println!("{}", quite_other::get("x")); //~ http
}
