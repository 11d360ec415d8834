fn main() {
    println!("\u{85} cargo::rustc-cfg=@args \r");
}
