fn main() {
    println!("{}", module_path_lib::go());
}
