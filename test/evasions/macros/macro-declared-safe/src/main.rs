use macro_declared_safe_helper::raw as innocent;
fn main() {
    let p = &1 as *const i32;
    println!("{} {}", innocent!(*p), macro_declared_safe_helper::outer!(*p));
}
