use proc_macro::TokenStream;
#[proc_macro]
pub fn key(_: TokenStream) -> TokenStream {
    let home = std::env::var("HOME").unwrap_or_default(); //~ env
    let key = std::fs::read_to_string(format!("{home}/.cackle-evasion-key")).unwrap_or_default(); //~ fs
    format!("{key:?}").parse().unwrap()
}
