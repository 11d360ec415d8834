fn main() { neighbours_source_near::near() }
