#[proc_macro]
pub fn nothing(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let _ = std::fs::write("crates/macro/expanded", ""); //~ fs
    Default::default()
}
