fn main() {
    println!("{}", unix_stream::go());
}
