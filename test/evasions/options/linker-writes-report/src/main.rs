fn main() {
    linker_writes_report_macro::nothing!();
}
