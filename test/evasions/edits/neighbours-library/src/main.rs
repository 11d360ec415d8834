fn main() { neighbours_library_near::near() }
