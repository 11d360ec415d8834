fn main() {
    println!("{}", module_by_path_b::inner::go());
}
