fn main() {
    println!("{}", watched_borrower::go());
}
