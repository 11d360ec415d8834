fn main() { neighbours_manifest_near::near() }
