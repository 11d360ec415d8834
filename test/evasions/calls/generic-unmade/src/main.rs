fn main() {
    println!("{}", generic_unmade::width());
}
