fn main() {
    println!("{}", transaction_table_evil::quiet());
}
