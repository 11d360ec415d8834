use proc_macro::TokenStream;

#[proc_macro_derive(Quiet)]
pub fn quiet(_: TokenStream) -> TokenStream {
    "impl Data { fn go() -> bool { std::fs::read(\"absent\").is_ok() } }"
        .parse()
        .unwrap()
}
