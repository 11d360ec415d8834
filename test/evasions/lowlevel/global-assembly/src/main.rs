fn main() {
    println!("{}", global_asm_lib::go());
}
