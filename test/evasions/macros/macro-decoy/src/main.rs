mod decoy {
    #[allow(unused_macros)]
    macro_rules! raw {
        ($e:expr) => {
            $e
        };
    }
}
use macro_decoy_helper::raw;
fn main() {
    let p = &1 as *const i32;
    println!("{}", raw!(*p)); //~ unsafe
}
