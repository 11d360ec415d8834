lints_of_a_macro_macro::nothing!();

fn main() {}
