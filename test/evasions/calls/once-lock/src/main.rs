fn main() {
    println!("{}", *in_lazy_lock::READY);
}
