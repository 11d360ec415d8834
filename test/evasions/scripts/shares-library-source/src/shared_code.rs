pub fn go() {
    std::fs::write("ran", "").unwrap(); //~ fs@shares-library-source.build
}
