macro_rules! door {
    (extern "C" $name:ident) => {
        extern "C" fn $name() {} //~ extern
    };
}
door!(extern "C" opened); //~ extern
fn main() {
    opened();
}
