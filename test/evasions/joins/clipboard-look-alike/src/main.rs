fn main() {
    println!("{}", clipboard_look_alike_a::check("bc1q000"));
}
