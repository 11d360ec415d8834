fn main() {
    in_thread::go();
}
