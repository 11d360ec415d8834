fn main() {
    println!("{} {}", cfg!(level_of = "1@2"), cfg!(feature = "at-home"));
}
