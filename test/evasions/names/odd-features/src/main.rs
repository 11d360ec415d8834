fn main() {
    #[cfg(feature = "a+b.c-d_e")]
    println!("{}", renamed::go());
}
