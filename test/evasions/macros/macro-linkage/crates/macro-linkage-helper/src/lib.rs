#[macro_export]
macro_rules! exported {
    ($i:item) => {
        #[no_mangle]
        $i
    };
}
#[macro_export]
macro_rules! named {
    ($n:literal, $i:item) => {
        #[export_name = $n]
        $i
    };
}
#[macro_export]
macro_rules! at_start {
    ($n:ident, $f:path) => {
        #[cfg_attr(target_vendor = "apple", link_section = "__DATA,__init_array")]
        #[cfg_attr(not(target_vendor = "apple"), link_section = ".init_array")]
        static $n: extern "C" fn() = {
            extern "C" fn run() {
                $f()
            }
            run
        };
    };
}
