fn main() {
    println!("{}", on_deref::Text::default().len());
}
