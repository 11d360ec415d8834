fn main() {
    println!("{} {}", sleeper::width(), sleeper::wake());
}
