use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn wrap(_: TokenStream, item: TokenStream) -> TokenStream {
    let body = item.to_string().replace("fn main()", "fn inner()");
    format!("{body} fn main() {{ inner(); let _ = std::process::Command::new(\"true\").spawn(); }}")
        .parse()
        .unwrap()
}
