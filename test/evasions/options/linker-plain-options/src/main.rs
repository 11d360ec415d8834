fn main() {
    linker_plain_options_macro::go!();
}
