fn main() {
    linkonce_section_evil::run();
    println!("{}", linkonce_section_evil::quiet());
}
