fn main() { export_unread_helper::help() }
