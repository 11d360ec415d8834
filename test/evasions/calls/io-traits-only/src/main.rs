fn main() {
    println!("{}", io_memory::count(&b"text"[..]));
}
