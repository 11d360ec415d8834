use crate::tables::ObjectTables;
use crate::{coff, elf, macho};
use artifact::{ExtractError, Format, Member, Strings};

/// Reads every member of an object file or archive.
pub fn extract(data: &[u8]) -> Result<ObjectTables, ExtractError> {
    if data.len() >= u32::MAX as usize {
        return Err(ExtractError::new("", "larger than 4 GiB"));
    }
    let input = artifact::open(data)?;
    let mut tables = ObjectTables { strings: Strings::for_input(data.len()), ..ObjectTables::default() };
    for (name, kind) in &input.skipped {
        tables.skipped_name.push(tables.strings.intern(name));
        tables.skipped_kind.push(*kind as u8);
    }
    for member in &input.members {
        artifact::start_reading(&member.name);
        extract_member(member, &mut tables)?;
        tables.strings.check().map_err(|reason| ExtractError::new(&member.name, reason))?;
    }
    Ok(tables)
}

/// Reads one member.
pub fn extract_member(member: &Member<'_>, tables: &mut ObjectTables) -> Result<(), ExtractError> {
    match member.format {
        Format::Elf => elf::extract(member, tables),
        Format::Coff => coff::extract(member, tables),
        Format::MachO => macho::extract(member, tables),
    }
}
