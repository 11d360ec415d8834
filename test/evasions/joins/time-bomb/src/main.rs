fn main() {
    time_bomb::tick();
}
