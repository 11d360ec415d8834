fn main() {
    println!("{}", initializer_section_evil::quiet());
}
