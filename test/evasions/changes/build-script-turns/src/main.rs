fn main() {
    println!("{}", turning_script::WIDTH);
}
