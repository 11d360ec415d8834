fn main() {
    println!("{}", only_words::text().len());
}
