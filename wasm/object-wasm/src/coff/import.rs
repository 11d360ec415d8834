//! Short import objects: members of import libraries, and of the archives that rustc makes for `raw-dylib`. They define names that
//! a DLL has, and hold no code.

use super::machine_of;
use super::symbols::plain_name;
use crate::tables::ObjectTables;
use artifact::{ExtractError, Format, Member};
use object::pe;
use object::read::coff::{ImportFile, ImportType};

/// Reads one import object.
pub fn extract(member: &Member<'_>, tables: &mut ObjectTables) -> Result<(), ExtractError> {
    let fail = |reason: &dyn std::fmt::Display| ExtractError::new(&member.name, reason);
    let header = pe::ImportObjectHeader::parse(member.data, &mut 0).map_err(|e| fail(&e))?;
    let machine = header.machine.get(object::LittleEndian);
    let import = ImportFile::parse(member.data).map_err(|e| fail(&e))?;
    tables.push_member(&member.name, Format::Coff, machine_of(&member.name, machine)?, 0);
    let name = plain_name(machine, import.symbol());
    let name = artifact::as_text(&name);
    if import.import_type() != ImportType::Data {
        let id = tables.strings.intern(&name);
        tables.absolute_symbol.push(id);
    }
    let id = tables.strings.intern(&format!("__imp_{name}"));
    tables.absolute_symbol.push(id);
    Ok(())
}
