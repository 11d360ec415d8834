fn main() {
    println!("{}", env!("STAMP"));
}
