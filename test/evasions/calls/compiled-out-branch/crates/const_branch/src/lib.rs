pub fn go() -> usize {
    if cfg!(windows) {
        return std::fs::read("x").map_or(0, |text| text.len()); //~ fs[windows]
    }
    8
}
