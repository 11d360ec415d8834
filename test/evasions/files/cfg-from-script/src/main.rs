fn main() {
    println!("{}", script_cfg::go());
}
