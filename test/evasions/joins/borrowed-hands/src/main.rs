fn main() {
    println!("{}", lent_borrower::go());
}
