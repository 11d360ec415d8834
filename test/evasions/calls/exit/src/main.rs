fn main() {
    only_exit::done();
}
