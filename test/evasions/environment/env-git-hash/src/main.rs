fn main() {
    println!("{} for {}", env!("GIT_HASH"), env!("TARGET"));
}
