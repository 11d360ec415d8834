pub fn read() {
    std::fs::read(".").ok(); //~ fs@file-of-the-root-one fs@file-of-the-root-two
}
