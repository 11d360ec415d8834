fn main() {
    println!("{}", macro_of_a_crate_http::get!("x")); //~ http
}
