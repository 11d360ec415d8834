struct Wide<const N: usize>;
impl<const N: usize> Wide<N> {
    const CHOSEN: fn() -> bool = if N > 2 { removes } else { quiet };
}
fn quiet() -> bool {
    false
}
fn removes() -> bool {
    std::fs::remove_file("none").is_ok() //~ fs
}
pub fn go() -> bool {
    (Wide::<3>::CHOSEN)()
}
