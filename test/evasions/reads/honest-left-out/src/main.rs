fn main() {
    println!("{}", honest_left_out_dep::told());
}
