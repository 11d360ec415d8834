fn main() {
    println!("{}", may_anything::open());
}
