fn main() {
    println!("{}", (unsafe_closure::READ)(&7));
}
