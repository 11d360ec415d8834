//! ELF: sections as they are, each live as a whole.

mod eh_frame;
mod nodes;
mod references;

use crate::nodes::is_c_identifier;
use crate::tables::{section_flag, ObjectTables, SectionRow};
use artifact::{ExtractError, Format, NONE};
use nodes::MemberSymbols;
use object::elf;
use object::read::elf::{FileHeader, SectionHeader};
use object::Endianness;

/// Compact relocations, a form that lld reads (LLVM, "CREL").
const SHT_CREL: u32 = 0x4000_0014;

/// Reads one ELF file.
pub fn extract(member: &artifact::Member<'_>, tables: &mut ObjectTables) -> Result<(), ExtractError> {
    match member.data.get(4).copied() {
        Some(elf::ELFCLASS64) => extract_member::<elf::FileHeader64<Endianness>>(&member.name, member.data, tables),
        Some(elf::ELFCLASS32) => extract_member::<elf::FileHeader32<Endianness>>(&member.name, member.data, tables),
        _ => Err(ExtractError::new(&member.name, "unknown ELF class")),
    }
}

#[inline(never)]
fn extract_member<'data, Elf: FileHeader<Endian = Endianness>>(
    name: &str,
    data: &'data [u8],
    tables: &mut ObjectTables,
) -> Result<(), ExtractError> {
    let fail = |reason: &dyn std::fmt::Display| ExtractError::new(name, reason);
    let header = Elf::parse(data).map_err(|e| fail(&e))?;
    let endian = header.endian().map_err(|e| fail(&e))?;
    if header.e_type(endian) != elf::ET_REL {
        return Err(ExtractError::new(name, "not a relocatable object"));
    }
    let sections = header.sections(endian, data).map_err(|e| fail(&e))?;
    let first_section = tables.section_name.len() as u32;
    tables.push_member(name, Format::Elf, header.e_machine(endian), sections.len() as u32);
    let mut claimed = 0u64;
    for (index, section) in sections.enumerate() {
        let section_name = if index.0 == 0 {
            &[][..]
        } else {
            sections.section_name(endian, section).map_err(|e| fail(&e))?
        };
        tables.strings.spend(section_name.len()).map_err(|e| fail(&e))?;
        let section_name = std::str::from_utf8(section_name)
            .map_err(|_| ExtractError::new(name, format!("name of section {} is not UTF-8", index.0)))?;
        if section.sh_type(endian) == elf::SHT_LLVM_DEPENDENT_LIBRARIES {
            return Err(ExtractError::new(name, "it makes the linker take further libraries (#pragma comment(lib))"));
        }
        if section.sh_type(endian) == SHT_CREL {
            return Err(ExtractError::new(name, format!("section {} has relocations in CREL form, which is not read", index.0)));
        }
        if section_name.starts_with(".gnu.lto_") || section_name.starts_with(".gnu.offload_lto_") {
            return Err(ExtractError::new(
                name,
                "it holds GCC's intermediate code, which the linker compiles in place of what can be read (-flto)",
            ));
        }
        let size: u64 = section.sh_size(endian).into();
        if size >= u64::from(u32::MAX) {
            return Err(ExtractError::new(name, format!("section {} claims {size} bytes", index.0)));
        }
        let flags = flags_of::<Elf>(endian, section, section_name.as_bytes());
        if flags & section_flag::NOBITS == 0 {
            // A size beyond the file is an error here, not where the section is read.
            section
                .data(endian, data)
                .map_err(|e| ExtractError::new(name, format!("section {} of {size} bytes: {e}", index.0)))?;
            // Sections of an object never share bytes. If they did, the same bytes of a small file would be
            // read once for each of its section headers.
            claimed += size;
            if claimed > data.len() as u64 {
                return Err(ExtractError::new(name, "its sections overlap"));
            }
        }
        let linked = section.sh_link(endian);
        let follows = flags & section_flag::LINK_ORDER != 0 && linked != 0;
        if follows && linked as usize >= sections.len() {
            return Err(ExtractError::new(name, format!("section {} follows a section that is not there", index.0)));
        }
        let sought = if is_sought(section_name) { tables.strings.intern(section_name) } else { NONE };
        tables.push_section(SectionRow { name: sought, is_frame: section_name == ".eh_frame", flags, size: size as u32 });
        if follows {
            tables.section_link_order[first_section as usize + index.0] = first_section + linked;
        }
    }
    for (index, section) in sections.enumerate() {
        let Some((_, members)) = section.group(endian, data).map_err(|e| fail(&e))? else { continue };
        for member in members {
            let member = member.get(endian) as usize;
            if member == 0 || member >= sections.len() {
                return Err(ExtractError::new(name, "section group names a section that is not there"));
            }
            tables.section_group[first_section as usize + member] = first_section + index.0 as u32;
        }
    }
    let symbols = sections.symbols(endian, data, elf::SHT_SYMTAB).map_err(|e| fail(&e))?;
    let members = MemberSymbols::<Elf> { name, data, endian, sections: &sections, symbols: &symbols, first_section };
    let nodes = nodes::collect(&members, tables)?;
    references::collect(&members, &nodes, header.e_machine(endian), tables)?;
    eh_frame::collect(&members, &nodes, header.e_machine(endian), tables)?;
    Ok(())
}

fn flags_of<Elf: FileHeader<Endian = Endianness>>(
    endian: Endianness,
    section: &Elf::SectionHeader,
    name: &[u8],
) -> u32 {
    let bits: u64 = section.sh_flags(endian).into();
    let kind = section.sh_type(endian);
    let mut flags = 0;
    let mut set = |condition: bool, flag: u32| {
        if condition {
            flags |= flag;
        }
    };
    set(bits & u64::from(elf::SHF_ALLOC) != 0, section_flag::ALLOC);
    set(bits & u64::from(elf::SHF_EXECINSTR) != 0, section_flag::EXEC);
    set(bits & u64::from(elf::SHF_WRITE) != 0, section_flag::WRITE);
    set(bits & u64::from(elf::SHF_TLS) != 0, section_flag::TLS);
    set(bits & u64::from(elf::SHF_GNU_RETAIN) != 0, section_flag::RETAIN);
    set(bits & u64::from(elf::SHF_LINK_ORDER) != 0, section_flag::LINK_ORDER);
    // Sections of this kind with one name are like groups of one name: a linker keeps the first.
    set(bits & u64::from(elf::SHF_GROUP) != 0 || name.starts_with(b".gnu.linkonce."), section_flag::GROUP);
    set(kind == elf::SHT_NOTE, section_flag::NOTE);
    set(kind == elf::SHT_NOBITS, section_flag::NOBITS);
    let array_type = matches!(kind, elf::SHT_INIT_ARRAY | elf::SHT_FINI_ARRAY | elf::SHT_PREINIT_ARRAY);
    let starts = |prefix: &[u8]| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest[0] == b'.')
    };
    let array_name = [&b".init_array"[..], b".fini_array", b".preinit_array", b".ctors", b".dtors", b".init", b".fini", b".jcr"]
        .iter()
        .any(|prefix| starts(prefix));
    set(array_type || array_name, section_flag::ROOT_ARRAY);
    flags
}

/// Does a join need sections of this name? It needs those that a program can name by `__start_NAME`, and exception
/// tables. Other names repeat the symbol after `.text.`, and are most of an object's strings.
fn is_sought(name: &str) -> bool {
    name.starts_with(".gcc_except_table") || is_c_identifier(name.as_bytes())
}
