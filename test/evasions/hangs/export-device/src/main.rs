fn main() { export_device_helper::help() }
