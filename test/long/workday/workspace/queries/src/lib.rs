//! Queries that are looked at while they are compiled, as database libraries do it: what a query returns stands in a file beside the
//! code, or is asked of a database whose address is in the environment.

use proc_macro::TokenStream;
use quote::quote;
use std::{env, fs, path::PathBuf};
use syn::{parse_macro_input, LitStr};

/// A query by its name: its text is in `queries/NAME.sql`, and its columns are the words between `select` and `from`.
#[proc_macro]
pub fn query(input: TokenStream) -> TokenStream {
    let name = parse_macro_input!(input as LitStr);
    match read(&name.value()) {
        Ok((text, columns)) => quote!(::app::Query { text: #text, columns: &[#(#columns),*] }).into(),
        Err(message) => syn::Error::new(name.span(), message).to_compile_error().into(),
    }
}

fn read(name: &str) -> Result<(String, Vec<String>), String> {
    if let Ok(address) = env::var("QUERIES_DATABASE") {
        return Err(format!("no database answers at {address}"));
    }
    let package = env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?;
    let file = PathBuf::from(package).join("queries").join(format!("{name}.sql"));
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let columns = text
        .strip_prefix("select ")
        .and_then(|rest| rest.split_once(" from "))
        .map(|(columns, _)| columns.split(", ").map(str::to_string).collect())
        .ok_or("not a query: select COLUMNS from TABLE")?;
    Ok((text.trim_end().to_string(), columns))
}
