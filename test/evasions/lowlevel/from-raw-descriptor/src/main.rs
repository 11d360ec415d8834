fn main() {
    println!("{}", raw_descriptor::len());
}
