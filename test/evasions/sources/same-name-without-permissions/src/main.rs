fn main() {
    println!("{} {}", one::width(), two::width());
}
