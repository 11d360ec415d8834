use proc_macro::TokenStream;

#[proc_macro]
pub fn told(_: TokenStream) -> TokenStream {
    let file = ["/etc", "passwd"].join("/");
    let reader = ["include", "bytes"].join("_");
    format!("{reader}!({file:?}).len()").parse().unwrap()
}
