fn main() {
    linker_runs_script_macro::go!();
}
