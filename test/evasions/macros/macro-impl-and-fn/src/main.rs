struct Handle(*const u8);
macro_impl_and_fn_helper::sendable!(Handle); //~ unsafe
macro_impl_and_fn_helper::function!(look, p, *p); //~ unsafe
fn main() {
    let h = Handle(&1);
    std::thread::spawn(move || println!("{}", { h }.0.is_null())).join().ok();
    println!("{}", macro_impl_and_fn_helper::run(look));
}
