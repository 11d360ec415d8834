fn main() { writes_beside_near::near() }
