fn main() {
    leak_names::start();
}
