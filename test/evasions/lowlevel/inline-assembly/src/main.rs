fn main() {
    println!("{}", inline_asm::id());
}
