macro_rules! Token {
    [fn] => { "fn" };
    [extern] => { "extern" };
}
macro_rules! name_of {
    ($token:ident) => {
        Token![$token]
    };
}
macro_rules! parse {
    (- extern - $($rest:tt)*) => { 1 };
    ($extern:tt $abi:tt extern $lit:literal $($rest:tt)*) => { 2 };
    ((extern "C" fn f() {}) $x:ident) => { 3 };
    (extern) => { 4 };
}
fn main() {
    println!("{} {}", name_of!(extern), Token![extern]);
    println!("{} {}", parse!(extern), parse! { extern });
    match Token! { extern } {
        _ => {}
    }
}
