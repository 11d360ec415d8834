fn main() {
    println!("{}", generic_lib::all(&[1u8, 2]));
}
