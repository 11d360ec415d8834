fn main() {
    println!("{}", init_section_evil::quiet());
}
