macro_linkage_helper::exported! { fn macro_linkage_seen() {} } //~ unsafe
macro_linkage_helper::named!("macro_linkage_other", fn other() {}); //~ unsafe
macro_linkage_helper::at_start!(START, started); //~ unsafe extern
extern "C" fn started() {} //~ extern
fn main() {
    macro_linkage_seen();
    other();
    println!("{:?}", &raw const START);
}
