#![debugger_visualizer(gdb_script_file = "../../../secrets/key.txt")] //~ compile-files

pub fn told() -> usize {
    0
}
