fn main() {
    println!("{}", scripts_only_lib::go());
}
