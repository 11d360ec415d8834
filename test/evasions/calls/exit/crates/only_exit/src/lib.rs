pub fn done() -> ! {
    std::process::exit(0)
}
