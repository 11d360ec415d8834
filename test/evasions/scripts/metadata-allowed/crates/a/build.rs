fn main() {
    println!("cargo::metadata=answer=42");
}
