//! The facts of one link input (an rlib, a static archive or a single object): sections, symbols, references and places of
//! its machine code, as columns. This crate joins object tables and debug info, and lays the columns out as a facts file.

mod columns;
mod entities;
mod flags;
mod join;
mod layout;
mod pieces;
mod sweep;

pub use columns::Columns;
pub use layout::{pack, unpack, LayoutError, COLUMN_NAMES, VERSION};

use artifact::ExtractError;

/// Reads an object file or archive into its columns. Without `debug_info` no reference has a place: for the standard
/// library, whose sources belong to no package.
pub fn columns(data: &[u8], debug_info: bool) -> Result<Columns, ExtractError> {
    let mut object = object_wasm::extract(data)?;
    let strings = std::mem::take(&mut object.strings);
    let (dwarf, strings) = if debug_info {
        let mut dwarf = gimli_wasm::extract_with(data, strings)?;
        let strings = std::mem::take(&mut dwarf.strings);
        (Some(dwarf), strings)
    } else {
        (None, strings)
    };
    artifact::start_reading("");
    join::join(object, dwarf.as_ref(), strings)
}

/// Reads an object file or archive; returns the content of its facts file. See [`columns`].
pub fn extract(data: &[u8], debug_info: bool) -> Result<Vec<u8>, ExtractError> {
    columns(data, debug_info).map(|columns| pack(&columns))
}
