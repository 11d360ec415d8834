macro_extern_helper::import!(abs); //~ extern
macro_extern_helper::callback!(); //~ extern
macro_extern_helper::join!(extern); //~ extern
fn main() {
    callback();
    joined();
    println!("{}", absolute());
}
fn absolute() -> i32 {
    let f: unsafe extern "C" fn(i32) -> i32 = abs; //~ extern
    macro_extern_helper::apply(f)
}
