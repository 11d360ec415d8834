fn main() { new_cargo_config_near::near() }
