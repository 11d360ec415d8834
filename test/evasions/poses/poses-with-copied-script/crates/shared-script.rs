fn main() {
    let _ = std::fs::read("x"); //~ fs@poses-script-b.build
}
