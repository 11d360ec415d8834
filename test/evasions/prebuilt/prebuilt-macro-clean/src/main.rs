prebuilt_macro_clean_facade::act!();

fn main() {}
