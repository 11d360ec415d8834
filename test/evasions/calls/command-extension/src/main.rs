fn main() {
    println!("{}", exec_ext::run());
}
