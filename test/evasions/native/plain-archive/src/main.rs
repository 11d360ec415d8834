fn main() {
    println!("{}", plain_c::answer());
}
