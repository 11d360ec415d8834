fn main() {
    build_helper::go();
}
