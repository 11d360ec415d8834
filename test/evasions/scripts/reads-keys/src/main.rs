fn main() {
    println!("{}", key_reader::width());
}
