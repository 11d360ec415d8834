use crate::nodes::{MemberNodes, Named};
use crate::tables::{node_kind, section_flag, ObjectTables};
use artifact::{ExtractError, NONE};
use object::elf;
use object::read::elf::{FileHeader, SectionTable, Sym, SymbolTable};
use object::read::SymbolIndex;
use object::Endianness;

/// One opened member, as the collectors share it.
pub struct MemberSymbols<'a, 'data, Elf: FileHeader<Endian = Endianness>> {
    pub name: &'a str,
    pub data: &'data [u8],
    pub endian: Endianness,
    pub sections: &'a SectionTable<'data, Elf>,
    pub symbols: &'a SymbolTable<'data, Elf>,
    pub first_section: u32,
}

impl<Elf: FileHeader<Endian = Endianness>> MemberSymbols<'_, '_, Elf> {
    pub fn fail(&self, reason: impl std::fmt::Display) -> ExtractError {
        ExtractError::new(self.name, reason)
    }
}

/// Covers every allocated section with nodes: named symbols, and anonymous stretches between them.
#[inline(never)]
pub fn collect<Elf: FileHeader<Endian = Endianness>>(
    member: &MemberSymbols<'_, '_, Elf>,
    tables: &mut ObjectTables,
) -> Result<MemberNodes, ExtractError> {
    let endian = member.endian;
    let section_count = member.sections.len();
    let mut by_section: Vec<Vec<Named>> = Vec::new();
    by_section.resize_with(section_count, Vec::new);
    let mut global_name = vec![NONE; member.symbols.len()];
    let this_member = tables.member_name.len() as u32 - 1;
    let mut files = 0;
    for (index, symbol) in member.symbols.enumerate() {
        if index == SymbolIndex(0) {
            continue;
        }
        let kind = symbol.st_type();
        if kind == elf::STT_SECTION {
            continue;
        }
        let name = member.symbols.symbol_name(endian, symbol).map_err(|e| member.fail(e))?;
        if kind == elf::STT_FILE {
            files += 1;
            let file = tables.strings.intern(&artifact::as_text(name));
            tables.strings.check().map_err(|e| member.fail(e))?;
            tables.member_file[this_member as usize] = if files == 1 { file } else { NONE };
            continue;
        }
        let is_local = symbol.st_bind() == elf::STB_LOCAL;
        if name.is_empty() && !is_local {
            return Err(member.fail(format!("symbol {} is seen outside and has no name", index.0)));
        }
        let id = if name.is_empty() { NONE } else { tables.strings.intern(unversioned(&artifact::as_text(name), symbol.is_undefined(endian))) };
        tables.strings.check().map_err(|e| member.fail(e))?;
        if !is_local {
            global_name[index.0] = id;
        }
        let section = member.symbols.symbol_section(endian, symbol, index).map_err(|e| member.fail(e))?;
        let Some(section) = section else {
            if id != NONE && !is_local {
                if symbol.st_shndx(endian) == elf::SHN_UNDEF {
                    tables.undefined_member.push(this_member);
                    tables.undefined_symbol.push(id);
                } else {
                    tables.absolute_symbol.push(id);
                }
            }
            continue;
        };
        if section.0 >= section_count {
            return Err(member.fail(format!("symbol {} lies in a section that is not there", index.0)));
        }
        let private = id == NONE || (is_local && (name.starts_with(b".L") || name.starts_with(b"$")));
        let global_section = member.first_section as usize + section.0;
        if private || tables.section_flags[global_section] & section_flag::ALLOC == 0 {
            continue;
        }
        let start: u64 = symbol.st_value(endian).into();
        let size: u64 = symbol.st_size(endian).into();
        let section_size = u64::from(tables.section_size[global_section]);
        if start > section_size || size > section_size - start {
            return Err(member.fail(format!("symbol {} lies outside its section", index.0)));
        }
        by_section[section.0].push(Named {
            start: start as u32,
            size: size as u32,
            symbol: index.0 as u32,
            name: id,
            binding: match symbol.st_bind() {
                elf::STB_LOCAL => 0,
                elf::STB_WEAK => 2,
                _ => 1,
            },
            visibility: symbol.st_other() & 3,
            kind: match kind {
                elf::STT_FUNC | elf::STT_GNU_IFUNC => node_kind::FUNCTION,
                elf::STT_OBJECT => node_kind::OBJECT,
                elf::STT_TLS => node_kind::TLS,
                _ => node_kind::NOTYPE,
            },
            starts_piece: false,
            retained: false,
        });
    }
    Ok(MemberNodes::of_sections(&mut by_section, member.first_section as usize, global_name, tables))
}

/// `name@@VERSION` defines `name`; `name@VERSION` defines it only for references with that version (`.symver` of an assembler).
fn unversioned(name: &str, is_undefined: bool) -> &str {
    let end = if is_undefined { name.find('@') } else { name.find("@@") };
    match end {
        Some(end) if end > 0 => &name[..end],
        _ => name,
    }
}
