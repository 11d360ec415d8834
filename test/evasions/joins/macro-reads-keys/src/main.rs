fn main() {
    println!("{}", macro_reads_keys_macro::key!());
}
