fn main() {
    println!("{}", by_re_export_front::fetch("x")); //~ http
}
