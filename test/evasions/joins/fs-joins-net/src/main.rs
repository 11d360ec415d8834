fn main() {
    println!("{}", fs_joins::reachable());
}
