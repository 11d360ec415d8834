use super::Object;
use crate::nodes::MemberNodes;
use crate::references::{is_read_by_program, push, sort_from, Target};
use crate::tables::{section_flag, ObjectTables};
use artifact::{ExtractError, NONE};
use object::macho::{self, RelocationInfo};
use object::read::macho::{Nlist as _, Section as _};
use object::Endianness;

/// A place that a relocation patches, and what it leads to: the second target is the symbol whose address is subtracted.
pub struct Reference {
    pub offset: u32,
    pub targets: [Target; 2],
}

const NO_SECTION: &str = "has a relocation to a section that is not there";

/// Returns the references of a section by ascending offset.
pub fn read(
    object: &Object<'_, '_>,
    nodes: &MemberNodes,
    section: usize,
    tables: &ObjectTables,
) -> Result<Vec<Reference>, ExtractError> {
    let Some(header) = object.section(section) else { return Ok(Vec::new()) };
    let endian = object.endian;
    let content = header.data(endian, object.data).map_err(|()| object.fail("a section lies outside the file"))?;
    let rows = header.relocations(endian, object.data).map_err(|e| object.fail(e))?;
    let reader = Reader { object, nodes, section, content, tables };
    let mut references = Vec::with_capacity(rows.len());
    let mut rows = rows.iter();
    while let Some(row) = rows.next() {
        if is_scattered(row, endian) {
            return Err(reader.fail("has scattered relocations, which this machine does not have"));
        }
        let mut info = row.info(endian);
        let mut addend = None;
        let mut subtracted = Target::NOTHING;
        match (object.cpu, info.r_type) {
            (macho::CPU_TYPE_ARM64, macho::ARM64_RELOC_ADDEND) => {
                // The number of the symbol is the addend of the next one.
                addend = Some(i64::from((info.r_symbolnum << 8) as i32 >> 8));
                info = reader.next(&mut rows, info)?;
            }
            (macho::CPU_TYPE_ARM64, macho::ARM64_RELOC_SUBTRACTOR) | (macho::CPU_TYPE_X86_64, macho::X86_64_RELOC_SUBTRACTOR) => {
                subtracted = reader.subtracted(info)?;
                info = reader.next(&mut rows, info)?;
                if info.r_type != macho::X86_64_RELOC_UNSIGNED {
                    return Err(reader.fail("subtracts a symbol from what is no address"));
                }
            }
            _ => {}
        }
        let target = reader.target(info, addend)?;
        references.push(Reference { offset: info.r_address, targets: [target, subtracted] });
    }
    references.sort_by_key(|r| r.offset);
    Ok(references)
}

fn is_scattered(row: &macho::Relocation<Endianness>, endian: Endianness) -> bool {
    row.r_word0.get(endian) & macho::R_SCATTERED != 0
}

struct Reader<'a, 'object, 'data> {
    object: &'a Object<'object, 'data>,
    nodes: &'a MemberNodes,
    section: usize,
    content: &'a [u8],
    tables: &'a ObjectTables,
}

impl Reader<'_, '_, '_> {
    fn fail(&self, what: &str) -> ExtractError {
        let header = self.object.section(self.section);
        let name = header.map(|header| artifact::as_text(header.name()).into_owned()).unwrap_or_default();
        self.object.fail(format!("section {} ({name}) {what}", self.section))
    }

    /// Returns the second relocation of a pair, which patches the same place.
    fn next<'r>(
        &self,
        rows: &mut impl Iterator<Item = &'r macho::Relocation<Endianness>>,
        first: RelocationInfo,
    ) -> Result<RelocationInfo, ExtractError> {
        match rows.next().map(|row| row.info(self.object.endian)) {
            Some(info) if info.r_address == first.r_address => Ok(info),
            _ => Err(self.fail("has the first of a pair of relocations alone")),
        }
    }

    /// Reads the bytes that a relocation patches, as a signed number.
    fn field(&self, info: RelocationInfo) -> Result<i64, ExtractError> {
        let width = 1usize << info.r_length;
        let at = info.r_address as usize;
        let field = at.checked_add(width).and_then(|end| self.content.get(at..end));
        let Some(field) = field else { return Err(self.fail("has a relocation outside of it")) };
        let mut wide = [0; 8];
        wide[..width].copy_from_slice(field);
        let unused = 64 - 8 * width as u32;
        Ok((u64::from_le_bytes(wide) << unused) as i64 >> unused)
    }

    fn target(&self, info: RelocationInfo, addend: Option<i64>) -> Result<Target, ExtractError> {
        let field = self.field(info)?;
        // `Some(n)`: the field of a section-relative one is the distance from the end of its instruction, n bytes behind it.
        let (is_data, end) = match (self.object.cpu, info.r_type) {
            (macho::CPU_TYPE_X86_64, kind) => match kind {
                macho::X86_64_RELOC_UNSIGNED => (true, None),
                macho::X86_64_RELOC_SIGNED
                | macho::X86_64_RELOC_BRANCH
                | macho::X86_64_RELOC_GOT_LOAD
                | macho::X86_64_RELOC_GOT
                | macho::X86_64_RELOC_TLV => (false, Some(0)),
                macho::X86_64_RELOC_SIGNED_1 => (false, Some(1)),
                macho::X86_64_RELOC_SIGNED_2 => (false, Some(2)),
                macho::X86_64_RELOC_SIGNED_4 => (false, Some(4)),
                _ => return Err(self.unknown(info)),
            },
            (_, kind) => match kind {
                macho::ARM64_RELOC_UNSIGNED | macho::ARM64_RELOC_AUTHENTICATED_POINTER => (true, None),
                macho::ARM64_RELOC_BRANCH26..=macho::ARM64_RELOC_TLVP_LOAD_PAGEOFF12 => (false, None),
                _ => return Err(self.unknown(info)),
            },
        };
        if info.r_extern {
            let addend = addend.unwrap_or(if is_data || end.is_some() { field } else { 0 });
            return self.symbol(info.r_symbolnum, addend);
        }
        if info.r_symbolnum == 0 {
            return Ok(Target::NOTHING);
        }
        let section = info.r_symbolnum as usize;
        if section > self.object.sections.len() {
            return Err(self.fail(NO_SECTION));
        }
        let address = match (is_data, end) {
            (true, _) => field as u64,
            (false, Some(end)) => {
                let behind = self.object.address(self.section).wrapping_add(u64::from(info.r_address)).wrapping_add(4 + end);
                behind.wrapping_add(field as u64)
            }
            (false, None) => return Err(self.unknown(info)),
        };
        self.at(section, address)
    }

    fn check_loaded(&self, section: usize) -> Result<(), ExtractError> {
        if self.object.flags(self.tables, section) & section_flag::ALLOC != 0 {
            return Ok(());
        }
        Err(self.fail(&format!("has a relocation to section {section}, which is not loaded")))
    }

    /// Returns the node at an address in a section.
    fn at(&self, section: usize, address: u64) -> Result<Target, ExtractError> {
        self.check_loaded(section)?;
        let at = self.object.place(self.tables, section, address);
        Ok(Target::node(self.nodes.covering(self.tables, section, at)))
    }

    fn unknown(&self, info: RelocationInfo) -> ExtractError {
        let of = if info.r_extern { "symbol" } else { "section" };
        self.fail(&format!(
            "has a relocation of kind {} to a {of} for Mach-O machine {:#x}, which is not known",
            info.r_type, self.object.cpu
        ))
    }

    fn subtracted(&self, info: RelocationInfo) -> Result<Target, ExtractError> {
        match self.nodes.node_of_symbol.get(info.r_symbolnum as usize) {
            _ if !info.r_extern && info.r_symbolnum as usize > self.object.sections.len() => Err(self.fail(NO_SECTION)),
            _ if !info.r_extern => Ok(Target::NOTHING),
            // It is defined in this object.
            Some(&node) if node != NONE => Ok(Target::node(node)),
            _ => self.symbol(info.r_symbolnum, 0),
        }
    }

    fn symbol(&self, index: u32, addend: i64) -> Result<Target, ExtractError> {
        let object = self.object;
        let Some(symbol) = object.symbols.get(index as usize) else {
            return Err(self.fail(&format!("has a relocation to symbol {index}, which is not there")));
        };
        let index = index as usize;
        let section = usize::from(symbol.n_sect());
        if self.nodes.global_name[index] != NONE {
            if symbol.n_type() & macho::N_TYPE == macho::N_SECT {
                self.check_loaded(section)?;
            }
            return Ok(Target::symbol(self.nodes.global_name[index]));
        }
        if self.nodes.node_of_symbol[index] != NONE {
            return Ok(Target::node(self.nodes.node_of_symbol[index]));
        }
        match symbol.n_type() & macho::N_TYPE {
            macho::N_ABS if !symbol.is_stab() => Ok(Target::NOTHING),
            // A mark of the assembler: the place is that many bytes behind it.
            macho::N_SECT if !symbol.is_stab() && section > 0 && section <= object.sections.len() => {
                self.at(section, symbol.n_value(object.endian).saturating_add_signed(addend))
            }
            _ => Err(self.fail(&format!("has a relocation to symbol {index}, which is neither defined nor seen outside"))),
        }
    }
}

/// Turns the relocations of allocated sections into references; those of unwind tables where the program reads them itself.
#[inline(never)]
pub fn collect(object: &Object<'_, '_>, nodes: &MemberNodes, tables: &mut ObjectTables) -> Result<(), ExtractError> {
    let first = tables.ref_section.len();
    let (mut others, mut unwind) = (Vec::new(), Vec::new());
    for section in 1..=object.sections.len() {
        let global = object.first_section + section;
        if tables.section_flags[global] & section_flag::ALLOC != 0 {
            if tables.section_is_frame[global] { &mut unwind } else { &mut others }.push(section);
        }
    }
    for section in others {
        of_section(object, nodes, section, tables)?;
    }
    unwind.retain(|&section| is_read_by_program(tables, nodes, section, first));
    for &section in &unwind {
        of_section(object, nodes, section, tables)?;
    }
    if !unwind.is_empty() {
        sort_from(tables, first);
    }
    Ok(())
}

fn of_section(
    object: &Object<'_, '_>,
    nodes: &MemberNodes,
    section: usize,
    tables: &mut ObjectTables,
) -> Result<(), ExtractError> {
    for reference in read(object, nodes, section, tables)? {
        let from = nodes.covering(tables, section, reference.offset.into());
        for target in reference.targets {
            // Differences within one node lead nowhere.
            if target.node != from {
                push(tables, (object.first_section + section) as u32, reference.offset, from, &target);
            }
        }
    }
    Ok(())
}
