pub fn go() {
    let _ = std::fs::write("ran", ""); //~ fs@build_helper.from.build
}
