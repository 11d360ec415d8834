use macro_of_own_fixed_code_helper::{measure, pinned, read, sized};
fn main() {
    let value = 3;
    println!("{}", measure!(value + 1));
    let future = 5;
    pinned!(future);
    println!("{future} {} {}", read!(value), sized!(u32));
}
