use init_section as _;

fn main() {}
