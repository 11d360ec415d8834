//! The debug info of a link input, DWARF or (msvc) CodeView: the lines of addresses, the functions that it defines, and the calls
//! that were inlined into them.

mod budget;
mod codeview;
mod coff;
mod elf;
mod lines;
mod macho;
mod names;
mod sections;
mod tables;
mod units;
#[cfg(feature = "wasm")]
pub mod wasm;
pub use tables::DwarfTables;

use artifact::{ExtractError, Format, Strings};

/// Reads the debug info of every member. Members without debug info add no rows.
pub fn extract(data: &[u8]) -> Result<DwarfTables, ExtractError> {
    extract_with(data, Strings::for_input(data.len()))
}

/// As [`extract`], with a table that has strings already; these keep their ids.
pub fn extract_with(data: &[u8], strings: Strings) -> Result<DwarfTables, ExtractError> {
    if data.len() >= u32::MAX as usize {
        return Err(ExtractError::new("", "larger than 4 GiB"));
    }
    let input = artifact::open(data)?;
    let mut tables = DwarfTables { strings, ..DwarfTables::default() };
    let mut unpacked = 0u64;
    let mut first_section = 0u32;
    for member in &input.members {
        artifact::start_reading(&member.name);
        let fail = |reason: &dyn std::fmt::Display| ExtractError::new(&member.name, reason);
        let sections = match member.format {
            Format::Elf => elf::sections(member.data, &mut unpacked, &mut tables.strings),
            Format::Coff => coff::sections(member.data, &mut tables.strings),
            Format::MachO => macho::sections(member.data),
        }
        .map_err(|e| fail(&e))?;
        units::collect(&sections, first_section, &mut tables).map_err(|e| fail(&format!("debug info: {e}")))?;
        if member.format == Format::Coff {
            let info = coff::code_view(member.data).map_err(|e| fail(&e))?;
            codeview::collect(&info, first_section, &mut tables).map_err(|e| fail(&format!("debug info: {e}")))?;
        }
        first_section += sections.count;
    }
    tables.sort();
    Ok(tables)
}
