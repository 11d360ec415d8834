fn main() {
    let _ = std::thread::spawn(|| ()).join(); //~ path_spawning
}
