fn main() {
    linker_writes_times_macro::nothing!();
}
