helped_macro::nothing!();

fn main() {}
