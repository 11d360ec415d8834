fn main() {
    linker_writes_elsewhere_macro::go!();
}
