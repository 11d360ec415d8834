fn main() {
    println!("{}", end_section_evil::quiet());
}
