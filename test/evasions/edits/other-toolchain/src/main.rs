fn main() { other_toolchain_near::near() }
