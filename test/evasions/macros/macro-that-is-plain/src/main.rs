fn main() {
    println!("{}", macro_that_is_plain_helper::first!(vec![1, 2]));
}
