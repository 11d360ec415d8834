use super::sections::{identifier, is_table, is_unwind, marks_of};
use super::symbols::{Kind, Symbol};
use super::{import, unwind, Nodes, Object};
use crate::references::{is_read_by_program, push, sort_from, Target};
use crate::tables::{section_flag, ObjectTables};
use artifact::{ExtractError, NONE};
use object::pe;
use object::LittleEndian as LE;

/// A relocation with its addend, which COFF keeps in the bytes that it patches.
pub struct Relocation {
    pub offset: u32,
    pub symbol: u32,
    pub addend: i64,
    /// Is it a distance from the start of the program, as tables have that Windows reads?
    pub is_rva: bool,
}

/// Reads the relocations of the allocated sections; those of one section by ascending offset.
#[inline(never)]
pub fn read_all(object: &Object<'_, '_>, tables: &ObjectTables) -> Result<Vec<Vec<Relocation>>, ExtractError> {
    let mut all = Vec::with_capacity(object.section_names.len());
    all.push(Vec::new());
    for section in 1..object.section_names.len() {
        if object.flags(tables, section) & section_flag::ALLOC == 0 {
            all.push(Vec::new());
            continue;
        }
        let header = object.sections.section(object::SectionIndex(section)).map_err(|e| object.fail(e))?;
        let content = object.content(section)?;
        let rows = header.coff_relocations(object.data).map_err(|e| object.fail(e))?;
        let mut relocations = Vec::with_capacity(rows.len());
        for row in rows {
            let (offset, kind) = (row.virtual_address.get(LE), row.typ.get(LE));
            let symbol = row.symbol_table_index.get(LE);
            let bytes = content.get(offset as usize..).unwrap_or_default();
            let Some(addend) = addend(object, section, kind, bytes)? else { continue };
            check(object, tables, section, symbol)?;
            relocations.push(Relocation { offset, symbol, addend, is_rva: is_rva(object.machine, kind) });
        }
        relocations.sort_by_key(|r| r.offset);
        all.push(relocations);
    }
    Ok(all)
}

fn is_rva(machine: u16, kind: u16) -> bool {
    match machine {
        pe::IMAGE_FILE_MACHINE_AMD64 => kind == pe::IMAGE_REL_AMD64_ADDR32NB,
        pe::IMAGE_FILE_MACHINE_I386 => kind == pe::IMAGE_REL_I386_DIR32NB,
        _ => kind == pe::IMAGE_REL_ARM64_ADDR32NB,
    }
}

/// Refuses a relocation whose reference would be lost: to a symbol that leads nowhere, or to what has no nodes.
fn check(object: &Object<'_, '_>, tables: &ObjectTables, from: usize, symbol: u32) -> Result<(), ExtractError> {
    let row = match object.symbols.get(symbol as usize) {
        None | Some(Symbol { kind: Kind::Auxiliary, .. }) => {
            return Err(object.fail(format!("relocation names symbol {symbol}, which is not there")));
        }
        Some(row) => row,
    };
    let name = |section: usize| artifact::as_text(object.section_names[section]);
    match usize::try_from(row.section) {
        // The place of a section that need not be there, by its name.
        Ok(0) if row.class == pe::IMAGE_SYM_CLASS_SECTION => Ok(()),
        Ok(section @ 1..) if section < object.section_names.len() => {
            if object.flags(tables, section) & section_flag::ALLOC == 0 {
                return Err(object.fail(format!("section {from} ({}) refers to section {section} ({}), which is not loaded", name(from), name(section))));
            }
            if is_table(object.section_names[section]) && !is_table(object.section_names[from]) {
                return Err(object.fail(format!("section {from} ({}) refers to the unwind table in section {section}", name(from))));
            }
            Ok(())
        }
        _ if row.section == pe::IMAGE_SYM_ABSOLUTE || row.is_global() => Ok(()),
        _ => Err(object.fail(format!("relocation names symbol {symbol}, which is neither defined nor seen outside"))),
    }
}

/// Returns the addend of a relocation; `None` for those that patch nothing. On x86 the place that a relocation leads to is symbol
/// plus addend for the PC-relative kinds, too: the distance to the end of the instruction is in the kind.
fn addend(object: &Object<'_, '_>, section: usize, kind: u16, bytes: &[u8]) -> Result<Option<i64>, ExtractError> {
    let width = match (object.machine, kind) {
        (pe::IMAGE_FILE_MACHINE_AMD64, kind) => match kind {
            pe::IMAGE_REL_AMD64_ABSOLUTE => return Ok(None),
            pe::IMAGE_REL_AMD64_ADDR64 => 8,
            pe::IMAGE_REL_AMD64_ADDR32
            | pe::IMAGE_REL_AMD64_ADDR32NB
            | pe::IMAGE_REL_AMD64_REL32..=pe::IMAGE_REL_AMD64_REL32_5
            | pe::IMAGE_REL_AMD64_SECREL => 4,
            pe::IMAGE_REL_AMD64_SECTION => 2,
            pe::IMAGE_REL_AMD64_SECREL7 => 1,
            _ => 0,
        },
        (pe::IMAGE_FILE_MACHINE_I386, kind) => match kind {
            pe::IMAGE_REL_I386_ABSOLUTE => return Ok(None),
            pe::IMAGE_REL_I386_DIR32
            | pe::IMAGE_REL_I386_DIR32NB
            | pe::IMAGE_REL_I386_SECREL
            | pe::IMAGE_REL_I386_REL32 => 4,
            pe::IMAGE_REL_I386_SECTION => 2,
            pe::IMAGE_REL_I386_SECREL7 => 1,
            _ => 0,
        },
        (_, kind) => match kind {
            pe::IMAGE_REL_ARM64_ABSOLUTE => return Ok(None),
            pe::IMAGE_REL_ARM64_ADDR64 => 8,
            pe::IMAGE_REL_ARM64_SECTION => 2,
            pe::IMAGE_REL_ARM64_ADDR32..=pe::IMAGE_REL_ARM64_SECREL_LOW12L
            | pe::IMAGE_REL_ARM64_BRANCH19
            | pe::IMAGE_REL_ARM64_BRANCH14
            | pe::IMAGE_REL_ARM64_REL32 => 4,
            _ => 0,
        },
    };
    let name = || artifact::as_text(object.section_names[section]).into_owned();
    if width == 0 {
        return Err(object.fail(format!(
            "section {section} ({}) has a relocation of kind {kind} for COFF machine {:#x}, which is not known",
            name(),
            object.machine
        )));
    }
    let Some(field) = bytes.get(..width) else {
        return Err(object.fail(format!("a relocation lies outside of section {section} ({})", name())));
    };
    let mut wide = [0; 8];
    wide[..width].copy_from_slice(field);
    let raw = u64::from_le_bytes(wide);
    let value = match width {
        8 => raw as i64,
        4 => i64::from(raw as u32 as i32),
        // The number of a section, and an offset of 7 bits: no addend of a symbol.
        _ => 0,
    };
    if object.machine == pe::IMAGE_FILE_MACHINE_AMD64 || object.machine == pe::IMAGE_FILE_MACHINE_I386 {
        return Ok(Some(value));
    }
    Ok(Some(arm_addend(kind, raw as u32).unwrap_or(value)))
}

/// The addend in an instruction of ARM64; `None` for data.
fn arm_addend(kind: u16, word: u32) -> Option<i64> {
    let signed = |value: u32, bits: u32| i64::from((value << (32 - bits)) as i32 >> (32 - bits));
    match kind {
        pe::IMAGE_REL_ARM64_BRANCH26 => Some(signed(word & 0x03ff_ffff, 26) * 4),
        pe::IMAGE_REL_ARM64_BRANCH19 => Some(signed(word >> 5 & 0x7_ffff, 19) * 4),
        pe::IMAGE_REL_ARM64_BRANCH14 => Some(signed(word >> 5 & 0x3fff, 14) * 4),
        pe::IMAGE_REL_ARM64_PAGEBASE_REL21 | pe::IMAGE_REL_ARM64_REL21 => {
            Some(signed((word >> 5 & 0x7_ffff) << 2 | (word >> 29 & 3), 21))
        }
        pe::IMAGE_REL_ARM64_PAGEOFFSET_12A | pe::IMAGE_REL_ARM64_SECREL_LOW12A | pe::IMAGE_REL_ARM64_SECREL_HIGH12A => {
            Some(i64::from(word >> 10 & 0xfff))
        }
        pe::IMAGE_REL_ARM64_PAGEOFFSET_12L | pe::IMAGE_REL_ARM64_SECREL_LOW12L => {
            Some(i64::from((word >> 10 & 0xfff) << (word >> 30)))
        }
        _ => None,
    }
}

/// Returns what a reference to a symbol leads to: one target, or two for an import that may be defined here under its own name.
pub fn targets(
    object: &Object<'_, '_>,
    nodes: &Nodes,
    symbol: u32,
    addend: i64,
    tables: &ObjectTables,
) -> impl Iterator<Item = Target> {
    let index = symbol as usize;
    let row = &object.symbols[index];
    let mut first = Target::NOTHING;
    if nodes.shared.global_name[index] != NONE {
        first = Target::symbol(nodes.shared.global_name[index]);
    } else if nodes.shared.node_of_symbol[index] != NONE {
        first = Target::node(nodes.shared.node_of_symbol[index]);
    } else if let Ok(section @ 1..) = usize::try_from(row.section) {
        if section < object.section_names.len() {
            let size = u64::from(tables.section_size[object.first_section + section]);
            let at = i64::from(row.value).saturating_add(addend).max(0) as u64;
            first = Target::node(nodes.shared.covering(tables, section, at.min(size.saturating_sub(1))));
        }
    }
    let second = match nodes.imported[index] {
        NONE => Target::NOTHING,
        plain => Target::symbol(plain),
    };
    [first, second].into_iter().filter(|target| *target != Target::NOTHING)
}

/// Turns the relocations of allocated sections into references; those of unwind tables where more than Windows reads them.
#[inline(never)]
pub fn collect(
    object: &Object<'_, '_>,
    nodes: &Nodes,
    relocations: &[Vec<Relocation>],
    tables: &mut ObjectTables,
) -> Result<(), ExtractError> {
    let first = tables.ref_section.len();
    for (section, relocations) in relocations.iter().enumerate().skip(1) {
        if !tables.section_is_frame[object.first_section + section] {
            of_section(object, nodes, section, relocations, tables);
        }
    }
    let is_table = |section: &usize| tables.section_is_frame[object.first_section + section];
    let read: Vec<usize> = (1..relocations.len())
        .filter(is_table)
        .filter(|&section| {
            is_read_by_program(tables, &nodes.shared, section, first) || unwind::is_irregular(object, &relocations[section])
        })
        .collect();
    for &section in &read {
        of_section(object, nodes, section, &relocations[section], tables);
    }
    let imports = import::collect(object, nodes, relocations, tables)?;
    if imports || !read.is_empty() {
        sort_from(tables, first);
    }
    tables.strings.check().map_err(|reason| object.fail(reason))
}

fn of_section(object: &Object<'_, '_>, nodes: &Nodes, section: usize, relocations: &[Relocation], tables: &mut ObjectTables) {
    let global = object.first_section + section;
    if let (Some(array), true) = (marks_of(object.section_names[section]), nodes.shared.first_node[section] < nodes.shared.first_node[section + 1]) {
        // Who reaches one of these sections walks over all.
        let name = tables.strings.intern(&format!("__start_{}", identifier(array)));
        push(tables, global as u32, 0, nodes.shared.first_node[section], &Target::symbol(name));
    }
    for relocation in relocations {
        let from = nodes.shared.covering(tables, section, relocation.offset.into());
        for target in targets(object, nodes, relocation.symbol, relocation.addend, tables) {
            // An entry of `.xdata` names the places inside of its own function.
            if target.node != from || !is_unwind(object.section_names[section]) {
                push(tables, global as u32, relocation.offset, from, &target);
            }
        }
    }
}
