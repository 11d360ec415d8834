pub fn go() {
    let handle = std::thread::spawn(|| std::fs::remove_file("absent").is_ok()); //~ fs
    let _ = handle.join();
}
