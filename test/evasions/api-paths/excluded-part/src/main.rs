fn main() {
    println!("{}", excluded_part_http::status(200));
    println!("{}", excluded_part_http::get("x")); //~ http
}
