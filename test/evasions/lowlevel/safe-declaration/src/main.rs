unsafe extern "C" { //~ extern unsafe
    safe fn getpid() -> i32;
}
fn main() {
    println!("{}", getpid());
}
