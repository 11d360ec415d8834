fn main() { lock_file_near::near() }
