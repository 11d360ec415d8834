fn main() {
    println!("{}", turning_lib::width("text"));
}
