use proc_macro::{Group, TokenStream, TokenTree};

fn without_cfg(input: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for tree in input {
        match tree {
            TokenTree::Group(group) if group.to_string().starts_with("[cfg") => {
                kept.pop();
            }
            TokenTree::Group(group) => kept.push(Group::new(group.delimiter(), without_cfg(group.stream())).into()),
            other => kept.push(other),
        }
    }
    kept.into_iter().collect()
}

#[proc_macro_attribute]
pub fn tidy(_: TokenStream, item: TokenStream) -> TokenStream {
    without_cfg(item)
}
