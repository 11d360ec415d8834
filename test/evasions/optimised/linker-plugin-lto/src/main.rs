fn main() {
    println!("{}", linker_plugin_lto_a::go("127.0.0.1:0"));
}
