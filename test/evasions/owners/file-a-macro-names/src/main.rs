mod inner {
    file_a_macro_names_dep::import!();
}

fn main() {
    inner::open();
}
