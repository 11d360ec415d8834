fn main() {
    let _ = std::fs::write("ran", ""); //~ fs@same-name-as-the-user@deps/other.build
}
