fn main() {
    let _ = std::fs::read("x"); //~ fs@poses-by-name-only
}
