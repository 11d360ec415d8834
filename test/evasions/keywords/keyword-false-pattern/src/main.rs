macro_rules! open {
    (macro_rules! $name:ident { ($($inside:tt)*) => { $($rest:tt)* } }) => { $($inside)* };
}
open! {
    macro_rules! innocent {
        (
            extern "C" fn opened() {} //~ extern
        ) => {
            0
        }
    }
}
fn main() {
    opened();
}
