fn main() {
    println!("{}", on_display::Version);
}
