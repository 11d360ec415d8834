fn main() {
    println!("{}", inlined_away_http::get("x")); //~ http
}
