use super::nodes::MemberSymbols;
use super::references::{self, Relocation};
use crate::nodes::MemberNodes;
use crate::references::{push_frame, Target};
use crate::tables::ObjectTables;
use artifact::{ExtractError, NONE};
use object::read::elf::{FileHeader, SectionHeader};
use object::Endianness;
use std::collections::HashMap;

/// The most relocations of a CIE: compilers refer to its personality function only.
const MAX_PERSONALITIES: usize = 4;

struct Record {
    start: u64,
    end: u64,
    /// Offset of the FDE's CIE; `None` for a CIE.
    cie: Option<u64>,
}

/// Turns the references of frame descriptions (LSDA, personality) into references of the functions that they
/// describe: the targets are live with the function, and `.eh_frame` as a whole keeps nothing live.
#[inline(never)]
pub fn collect<Elf: FileHeader<Endian = Endianness>>(
    member: &MemberSymbols<'_, '_, Elf>,
    nodes: &MemberNodes,
    machine: u16,
    tables: &mut ObjectTables,
) -> Result<(), ExtractError> {
    for (index, section) in member.sections.enumerate() {
        let Some(patched) = references::patched_section(member, section, index.0)? else { continue };
        let global = member.first_section as usize + patched;
        if !tables.section_is_frame[global] {
            continue;
        }
        let content = member
            .sections
            .section(object::read::SectionIndex(patched))
            .and_then(|s| s.data(member.endian, member.data))
            .map_err(|e| member.fail(e))?;
        let records = records(member, content)?;
        let mut relocations = references::relocations(member, section, machine, patched)?;
        relocations.sort_by_key(|r| r.offset);
        tie(member, nodes, machine, &records, &relocations, tables)?;
    }
    Ok(())
}

#[inline(never)]
fn tie<Elf: FileHeader<Endian = Endianness>>(
    member: &MemberSymbols<'_, '_, Elf>,
    nodes: &MemberNodes,
    machine: u16,
    records: &[Record],
    relocations: &[Relocation],
    tables: &mut ObjectTables,
) -> Result<(), ExtractError> {
    let mut personalities: HashMap<u64, Vec<Target>> = HashMap::new();
    let mut next = 0;
    let outside = || member.fail(".eh_frame has a relocation outside of its entries");
    for record in records {
        if relocations.get(next).is_some_and(|relocation| relocation.offset < record.start) {
            return Err(outside());
        }
        let mut function = NONE;
        while next < relocations.len() && relocations[next].offset < record.end {
            let target = references::resolve(member, nodes, machine, &relocations[next], tables)?;
            next += 1;
            match record.cie {
                None => {
                    let named = personalities.entry(record.start).or_default();
                    named.push(target);
                    // Every FDE repeats the references of its CIE.
                    if named.len() > MAX_PERSONALITIES {
                        return Err(member.fail(".eh_frame has an entry with too many relocations"));
                    }
                }
                Some(_) if function == NONE => {
                    // The first reference of an FDE is its function; a global one may be defined here.
                    function = if target.node != NONE { target.node } else { defined_here(member, nodes, &relocations[next - 1]) };
                    if function == NONE {
                        // Without an address it describes nothing (`ld -r` leaves such ones); with another's, who is to keep
                        // what else it names?
                        if target != Target::NOTHING {
                            return Err(member.fail(".eh_frame describes a function that is not in the object"));
                        }
                        while relocations.get(next).is_some_and(|relocation| relocation.offset < record.end) {
                            next += 1;
                        }
                    }
                }
                Some(_) => push_frame(tables, function, &target),
            }
        }
        if let (Some(cie), true) = (record.cie, function != NONE) {
            if let Some(targets) = personalities.get(&cie) {
                for target in targets {
                    push_frame(tables, function, target);
                }
            }
        }
    }
    if next < relocations.len() { Err(outside()) } else { Ok(()) }
}

fn defined_here<Elf: FileHeader<Endian = Endianness>>(
    _member: &MemberSymbols<'_, '_, Elf>,
    nodes: &MemberNodes,
    relocation: &Relocation,
) -> u32 {
    nodes.node_of_symbol.get(relocation.symbol as usize).copied().unwrap_or(NONE)
}

/// Splits `.eh_frame` into CIEs and FDEs (LSB, "Exception Frames").
#[inline(never)]
fn records<Elf: FileHeader<Endian = Endianness>>(
    member: &MemberSymbols<'_, '_, Elf>,
    content: &[u8],
) -> Result<Vec<Record>, ExtractError> {
    use object::endian::Endian;
    let word = |at: u64| -> Option<u32> {
        let at = usize::try_from(at).ok()?;
        let bytes = content.get(at..at.checked_add(4)?)?;
        Some(member.endian.read_u32(u32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])))
    };
    let mut records = Vec::new();
    let mut at = 0u64;
    while at < content.len() as u64 {
        let cut_short = || member.fail(".eh_frame is cut short");
        let length = word(at).ok_or_else(cut_short)?;
        if length == 0 {
            at += 4;
            continue;
        }
        if length == u32::MAX {
            return Err(member.fail(".eh_frame uses the 64-bit form, which is not supported"));
        }
        let id_at = at + 4;
        let end = id_at + u64::from(length);
        if end > content.len() as u64 {
            return Err(cut_short());
        }
        let id = word(id_at).ok_or_else(cut_short)?;
        let cie = if id == 0 { None } else { Some(id_at.wrapping_sub(u64::from(id))) };
        records.push(Record { start: at, end, cie });
        at = end;
    }
    Ok(records)
}
