fn main() {
    println!("{}", look_alike_name_httpd::get("x"));
}
