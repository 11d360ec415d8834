use blanket_impl::Extension;

fn main() {
    println!("{}", "127.0.0.1:9".reach());
}
