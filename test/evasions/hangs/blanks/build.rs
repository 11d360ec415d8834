fn main() {
    let blanks = " ".repeat(1 << 20);
    println!("{blanks}cargo:rustc-env=A=1{blanks}");
    println!("text{blanks}text");
}
