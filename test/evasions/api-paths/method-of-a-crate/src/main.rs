fn main() {
    println!("{}", method_of_a_crate_http::Client::new().get("x")); //~ http
}
