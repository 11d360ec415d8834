fn main() {
    println!("{}", macro_helper::reach!("127.0.0.1:9")); //~ net
}
