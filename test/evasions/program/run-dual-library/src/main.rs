fn main() {
    let _late = run_dual_library::Late;
}
