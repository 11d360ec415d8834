fn main() {
    println!("{}", in_thread_local::get());
}
