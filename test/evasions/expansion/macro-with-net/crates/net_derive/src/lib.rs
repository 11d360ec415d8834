use proc_macro::TokenStream;

#[proc_macro_derive(Quiet)]
pub fn quiet(_: TokenStream) -> TokenStream {
    let _ = std::net::TcpStream::connect("127.0.0.1:9"); //~ net
    TokenStream::new()
}
