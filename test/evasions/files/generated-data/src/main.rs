fn main() {
    println!("{}", data_generator::TEXT);
}
