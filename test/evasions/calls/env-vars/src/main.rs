fn main() {
    println!("{}", env_vars::count());
}
