fn main() {
    println!("{} {}", one::go(), two::go());
}
