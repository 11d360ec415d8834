//! The symbols that shared objects and the C runtime's own files need from a program, or define themselves.

use crate::extract::extract_member;
use crate::tables::{binding, ObjectTables};
use artifact::{ExtractError, Format, Member, Strings};
use object::elf;
use object::read::elf::{FileHeader, Sym};
use object::read::SymbolIndex;
use object::Endianness;

/// The names of a shared object's dynamic symbols, or of the global symbols of an object or archive, each once.
#[derive(Default)]
pub struct MentionedSymbols {
    pub strings: Strings,
    /// By string: is it undefined there, so that a program's definition is called?
    pub needed: Vec<bool>,
}

/// Reads a shared object, an object or an archive.
pub fn mentioned_symbols(data: &[u8]) -> Result<MentionedSymbols, ExtractError> {
    let mut mentioned = MentionedSymbols { strings: Strings::for_input(data.len()), ..MentionedSymbols::default() };
    if data.starts_with(&elf::ELFMAG) {
        collect("", data, &mut mentioned)?;
        return Ok(mentioned);
    }
    for member in &artifact::open(data)?.members {
        if member.format == Format::Elf {
            collect(&member.name, member.data, &mut mentioned)?;
        } else {
            of_object(member, data.len(), &mut mentioned)?;
        }
    }
    Ok(mentioned)
}

fn note(mentioned: &mut MentionedSymbols, text: &str, is_needed: bool) -> Result<(), &'static str> {
    let id = mentioned.strings.intern(text) as usize;
    mentioned.strings.check()?;
    if mentioned.needed.len() <= id {
        mentioned.needed.resize(id + 1, false);
    }
    mentioned.needed[id] |= is_needed;
    Ok(())
}

/// The names of an object of another format: what its tables have.
fn of_object(member: &Member<'_>, length: usize, mentioned: &mut MentionedSymbols) -> Result<(), ExtractError> {
    let mut tables = ObjectTables { strings: Strings::for_input(length), ..ObjectTables::default() };
    extract_member(member, &mut tables)?;
    let defined = tables.node_symbol.iter().zip(&tables.node_binding).filter(|(_, &bound)| bound != binding::LOCAL);
    let defined = defined.map(|(&id, _)| (id, false)).chain(tables.absolute_symbol.iter().map(|&id| (id, false)));
    for (id, is_needed) in defined.chain(tables.undefined_symbol.iter().map(|&id| (id, true))) {
        note(mentioned, tables.strings.get(id), is_needed).map_err(|reason| ExtractError::new(&member.name, reason))?;
    }
    Ok(())
}

fn collect(name: &str, data: &[u8], mentioned: &mut MentionedSymbols) -> Result<(), ExtractError> {
    match data.get(4).copied() {
        Some(elf::ELFCLASS64) => of_file::<elf::FileHeader64<Endianness>>(name, data, mentioned),
        Some(elf::ELFCLASS32) => of_file::<elf::FileHeader32<Endianness>>(name, data, mentioned),
        _ => Err(ExtractError::new(name, "unknown ELF class")),
    }
}

fn of_file<Elf: FileHeader<Endian = Endianness>>(
    name: &str,
    data: &[u8],
    mentioned: &mut MentionedSymbols,
) -> Result<(), ExtractError> {
    let fail = |reason: &dyn std::fmt::Display| ExtractError::new(name, reason);
    let header = Elf::parse(data).map_err(|e| fail(&e))?;
    let endian = header.endian().map_err(|e| fail(&e))?;
    let sections = header.sections(endian, data).map_err(|e| fail(&e))?;
    let table = if header.e_type(endian) == elf::ET_REL { elf::SHT_SYMTAB } else { elf::SHT_DYNSYM };
    let symbols = sections.symbols(endian, data, table).map_err(|e| fail(&e))?;
    for (index, symbol) in symbols.enumerate() {
        if index == SymbolIndex(0) || symbol.st_bind() == elf::STB_LOCAL {
            continue;
        }
        let text = symbols.symbol_name(endian, symbol).map_err(|e| fail(&e))?;
        note(mentioned, &artifact::as_text(text), symbol.is_undefined(endian)).map_err(|reason| fail(&reason))?;
    }
    Ok(())
}
