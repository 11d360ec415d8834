fn main() {
    println!("{}", &on_index::Table[0]);
}
