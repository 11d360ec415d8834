fn main() {
    println!("{}", scripted_lib::WIDTH);
}
