use super::nodes::MemberSymbols;
use crate::nodes::MemberNodes;
use crate::references::{is_read_by_program, push, sort_from, Target};
use crate::tables::{section_flag, ObjectTables};
use artifact::{ExtractError, NONE};
use object::elf;
use object::read::elf::{FileHeader, Rela, SectionHeader, Sym};
use object::read::SymbolIndex;
use object::Endianness;

/// A relocation with an explicit addend, whatever the file's layout.
pub struct Relocation {
    pub offset: u64,
    pub symbol: u32,
    pub kind: u32,
    pub addend: i64,
}

const SHT_CREL: u32 = 0x4000_0014;

/// Turns the relocations of allocated sections into references; those of `.eh_frame` where the program reads it itself.
#[inline(never)]
pub fn collect<Elf: FileHeader<Endian = Endianness>>(
    member: &MemberSymbols<'_, '_, Elf>,
    nodes: &MemberNodes,
    machine: u16,
    tables: &mut ObjectTables,
) -> Result<(), ExtractError> {
    let mut by_section: Vec<(usize, Vec<Relocation>)> = Vec::new();
    let mut frames = Vec::new();
    let mut is_patched = vec![false; member.sections.len()];
    for (index, section) in member.sections.enumerate() {
        let Some(patched) = patched_section(member, section, index.0)? else { continue };
        // lld accepts no such object, and each of them would make the parser read the patched section once more.
        if std::mem::replace(&mut is_patched[patched], true) {
            return Err(member.fail(format!("section {patched} has several relocation sections")));
        }
        let global = member.first_section as usize + patched;
        if tables.section_is_frame[global] {
            frames.push((patched, section));
        } else if tables.section_flags[global] & section_flag::ALLOC != 0 {
            by_section.push((patched, relocations(member, section, machine, patched)?));
        }
    }
    by_section.sort_by_key(|(section, _)| *section);
    let first = tables.ref_section.len();
    of_sections(member, nodes, machine, by_section, tables)?;
    let mut read = Vec::new();
    for (patched, section) in frames {
        if is_read_by_program(tables, nodes, patched, first) {
            read.push((patched, relocations(member, section, machine, patched)?));
        }
    }
    if !read.is_empty() {
        of_sections(member, nodes, machine, read, tables)?;
        sort_from(tables, first);
    }
    Ok(())
}

fn of_sections<Elf: FileHeader<Endian = Endianness>>(
    member: &MemberSymbols<'_, '_, Elf>,
    nodes: &MemberNodes,
    machine: u16,
    by_section: Vec<(usize, Vec<Relocation>)>,
    tables: &mut ObjectTables,
) -> Result<(), ExtractError> {
    for (section, mut relocations) in by_section {
        if !relocations.windows(2).all(|w| w[0].offset <= w[1].offset) {
            relocations.sort_by_key(|r| r.offset);
        }
        let global = member.first_section as usize + section;
        let size = u64::from(tables.section_size[global]);
        for relocation in relocations {
            if relocation.offset >= size {
                return Err(member.fail(format!(
                    "relocation at {:#x} lies outside its section of {size} bytes",
                    relocation.offset
                )));
            }
            let target = resolve(member, nodes, machine, &relocation, tables)?;
            let from = nodes.covering(tables, section, relocation.offset);
            push(tables, global as u32, relocation.offset as u32, from, &target);
        }
    }
    Ok(())
}

/// Returns the section that a relocation section patches; `None` for sections of other kinds.
pub fn patched_section<Elf: FileHeader<Endian = Endianness>>(
    member: &MemberSymbols<'_, '_, Elf>,
    section: &Elf::SectionHeader,
    index: usize,
) -> Result<Option<usize>, ExtractError> {
    match section.sh_type(member.endian) {
        elf::SHT_RELA | elf::SHT_REL => {}
        elf::SHT_RELR | SHT_CREL => {
            return Err(member.fail(format!("section {index} has relocations of an unsupported layout")));
        }
        _ => return Ok(None),
    }
    let patched = section.sh_info(member.endian) as usize;
    if patched == 0 || patched >= member.sections.len() {
        return Err(member.fail(format!("relocation section {index} patches a section that is not there")));
    }
    Ok(Some(patched))
}

/// Reads a relocation section; implicit addends are read from the patched section.
pub fn relocations<Elf: FileHeader<Endian = Endianness>>(
    member: &MemberSymbols<'_, '_, Elf>,
    section: &Elf::SectionHeader,
    machine: u16,
    patched: usize,
) -> Result<Vec<Relocation>, ExtractError> {
    let endian = member.endian;
    if let Some((entries, _)) = section.rela(endian, member.data).map_err(|e| member.fail(e))? {
        return Ok(entries
            .iter()
            .map(|r| Relocation {
                offset: r.r_offset(endian).into(),
                symbol: r.r_sym(endian, false),
                kind: r.r_type(endian, false),
                addend: r.r_addend(endian).into(),
            })
            .collect());
    }
    let Some((entries, _)) = section.rel(endian, member.data).map_err(|e| member.fail(e))? else {
        return Ok(Vec::new());
    };
    if machine != elf::EM_386 {
        return Err(member.fail("relocations without addends are known for i386 only"));
    }
    let content = member
        .sections
        .section(object::read::SectionIndex(patched))
        .and_then(|s| s.data(endian, member.data))
        .map_err(|e| member.fail(e))?;
    use object::read::elf::Rel;
    entries
        .iter()
        .map(|r| {
            let offset: u64 = r.r_offset(endian).into();
            let at = usize::try_from(offset).unwrap_or(usize::MAX);
            let bytes = at
                .checked_add(4)
                .and_then(|end| content.get(at..end))
                .ok_or_else(|| member.fail("relocation lies outside its section"))?;
            let addend = i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            Ok(Relocation { offset, symbol: r.r_sym(endian), kind: r.r_type(endian), addend: addend.into() })
        })
        .collect()
}

/// Returns the target of a relocation: the link resolves a global name; a local or section symbol leads to the
/// node at that place.
pub fn resolve<Elf: FileHeader<Endian = Endianness>>(
    member: &MemberSymbols<'_, '_, Elf>,
    nodes: &MemberNodes,
    machine: u16,
    relocation: &Relocation,
    tables: &ObjectTables,
) -> Result<Target, ExtractError> {
    let index = relocation.symbol as usize;
    if index == 0 {
        return Ok(Target { node: NONE, symbol: NONE });
    }
    if index >= member.symbols.len() {
        return Err(member.fail(format!("relocation names symbol {index}, which is not there")));
    }
    if nodes.global_name[index] != NONE {
        return Ok(Target { node: NONE, symbol: nodes.global_name[index] });
    }
    if nodes.node_of_symbol[index] != NONE {
        return Ok(Target { node: nodes.node_of_symbol[index], symbol: NONE });
    }
    let symbol = member.symbols.symbol(SymbolIndex(index)).map_err(|e| member.fail(e))?;
    let section = member
        .symbols
        .symbol_section(member.endian, symbol, SymbolIndex(index))
        .map_err(|e| member.fail(e))?;
    let Some(section) = section else {
        if symbol.st_shndx(member.endian) == elf::SHN_UNDEF {
            return Err(member.fail(format!("relocation names symbol {index}, which is neither defined nor seen outside")));
        }
        return Ok(Target { node: NONE, symbol: NONE });
    };
    if section.0 >= member.sections.len() {
        return Err(member.fail(format!("symbol {index} lies in a section that is not there")));
    }
    let value: u64 = symbol.st_value(member.endian).into();
    let adjust = if is_pc_relative(machine, relocation.kind) { 4 } else { 0 };
    let at = (value as i64).saturating_add(relocation.addend).saturating_add(adjust).max(0) as u64;
    let size = u64::from(tables.section_size[member.first_section as usize + section.0]);
    let offset = at.min(size.saturating_sub(1));
    Ok(Target { node: nodes.covering(tables, section.0, offset), symbol: NONE })
}

/// Is the addend relative to the end of a 4-byte field, as x86's PC-relative ones are?
fn is_pc_relative(machine: u16, kind: u32) -> bool {
    match machine {
        elf::EM_X86_64 => matches!(
            kind,
            elf::R_X86_64_PC32
                | elf::R_X86_64_PLT32
                | elf::R_X86_64_GOTPCREL
                | elf::R_X86_64_GOTPCRELX
                | elf::R_X86_64_REX_GOTPCRELX
                | elf::R_X86_64_GOTTPOFF
                | elf::R_X86_64_TLSGD
                | elf::R_X86_64_TLSLD
        ),
        elf::EM_386 => matches!(kind, elf::R_386_PC32 | elf::R_386_PLT32),
        _ => false,
    }
}
