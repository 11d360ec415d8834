fn main() {
    println!("{}", sleeper::width());
}
