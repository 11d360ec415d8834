use macro_within_others_helper::raw;
fn main() {
    let p: *const u32 = &3;
    println!("{}", raw!(*p)); //~ unsafe
    let v = vec![raw!(*p), 4]; //~ unsafe
    assert!(raw!(*p) == v[0]); //~ unsafe
}
