fn main() {
    println!("{}", unix_watched::go());
}
