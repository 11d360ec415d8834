pub fn act() {
    let _ = std::fs::read("x"); //~ fs@poses-other-b
}
