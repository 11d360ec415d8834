fn main() {
    use handed_to_std_a::{item, once, option, search, thread};
    println!("{}", item() + once() + option() + search() + thread());
}
