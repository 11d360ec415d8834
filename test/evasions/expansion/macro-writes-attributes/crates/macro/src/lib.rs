#[proc_macro]
pub fn write(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    "#[no_mangle] pub fn cackle_evasion_written() -> u32 { 3 }".parse().unwrap()
}
