const GET: fn(&'static str) -> usize = generic_of_a_crate_http::get::<&'static str>;
fn main() {
    println!("{}", GET("x")); //~ http
    println!("{:?}", ["y"].map(generic_of_a_crate_http::get)); //~ http
}
