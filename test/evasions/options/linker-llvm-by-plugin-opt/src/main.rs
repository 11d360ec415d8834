fn main() {
    linker_llvm_by_plugin_opt_macro::go!();
}
