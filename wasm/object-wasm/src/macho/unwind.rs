use super::references::{self, Reference};
use super::Object;
use crate::nodes::MemberNodes;
use crate::references::{push_frame, Target};
use crate::tables::ObjectTables;
use artifact::{ExtractError, NONE};
use object::read::macho::Section as _;
use std::collections::HashMap;

/// Bytes of an entry of `__compact_unwind`: function, length, encoding, personality, LSDA.
const COMPACT_ENTRY: u32 = 32;

/// Turns unwind tables into references of the functions that they describe: the targets are live with the function, and the
/// table as a whole keeps nothing live.
#[inline(never)]
pub fn collect(object: &Object<'_, '_>, nodes: &MemberNodes, tables: &mut ObjectTables) -> Result<(), ExtractError> {
    let places = Places::of(object, nodes, tables);
    for section in 1..=object.sections.len() {
        let Some(header) = object.section(section) else { continue };
        if !tables.section_is_frame[object.first_section + section] {
            continue;
        }
        let references = references::read(object, nodes, section, tables)?;
        if header.name() == b"__compact_unwind" {
            let is_whole = compact(&references, &places, tables);
            if !is_whole {
                return Err(object.fail("__compact_unwind describes a function that is not in the object"));
            }
        } else {
            let content = header.data(object.endian, object.data).map_err(|()| object.fail("a section lies outside the file"))?;
            for (function, target) in frames(object, section, content, &references, &places, tables)? {
                push_frame(tables, function, &target);
            }
        }
    }
    Ok(())
}

/// Finds nodes by names and by addresses.
struct Places<'a> {
    nodes: &'a MemberNodes,
    /// By name: the node that defines it in this member.
    defined: HashMap<u32, u32>,
    /// By address: start, size, section.
    sections: Vec<(u64, u64, usize)>,
}

impl<'a> Places<'a> {
    fn of(object: &Object<'_, '_>, nodes: &'a MemberNodes, tables: &ObjectTables) -> Self {
        let rows = nodes.global_name.iter().zip(&nodes.node_of_symbol);
        let size = |section: usize| u64::from(tables.section_size[object.first_section + section]);
        let mut sections: Vec<_> =
            (1..=object.sections.len()).map(|section| (object.address(section), size(section), section)).collect();
        sections.sort_unstable();
        Places {
            nodes,
            defined: rows.filter(|&(&name, &node)| name != NONE && node != NONE).map(|(&name, &node)| (name, node)).collect(),
            sections,
        }
    }

    /// Returns the node of a function that a table names, under its global name too.
    fn function(&self, target: &Target) -> u32 {
        if target.node != NONE { target.node } else { self.defined.get(&target.symbol).copied().unwrap_or(NONE) }
    }

    fn at(&self, address: u64, tables: &ObjectTables) -> Target {
        let after = self.sections.partition_point(|&(start, _, _)| start <= address);
        match after.checked_sub(1).map(|index| self.sections[index]) {
            Some((start, size, section)) if address - start < size => {
                Target::node(self.nodes.covering(tables, section, address - start))
            }
            _ => Target::NOTHING,
        }
    }
}

/// Reads `__compact_unwind`; returns whether every reference is of a function that the object has.
fn compact(references: &[Reference], places: &Places<'_>, tables: &mut ObjectTables) -> bool {
    let mut function = (NONE, u32::MAX);
    for Reference { offset, targets } in references {
        let entry = offset / COMPACT_ENTRY;
        if offset % COMPACT_ENTRY == 0 {
            function = (places.function(&targets[0]), entry);
        } else if function.1 == entry && function.0 != NONE {
            push_frame(tables, function.0, &targets[0]);
        } else {
            return false;
        }
    }
    true
}

/// What a CIE says of its FDEs.
#[derive(Clone, Copy)]
struct Cie {
    personality: Target,
    /// Bytes of addresses, and of the address of exception tables if there is one.
    address: usize,
    lsda: Option<usize>,
}

/// Reads `__eh_frame` (LSB, "Exception Frames"). Its addresses are distances from where they stand; the assembler leaves a
/// relocation for them, or none. Returns functions, and what is live with them.
fn frames(
    object: &Object<'_, '_>,
    section: usize,
    content: &[u8],
    references: &[Reference],
    places: &Places<'_>,
    tables: &ObjectTables,
) -> Result<Vec<(u32, Target)>, ExtractError> {
    let mut found = Vec::new();
    let cut_short = || object.fail("__eh_frame is cut short");
    let outside = || object.fail("__eh_frame has a relocation outside of its entries");
    let row = (object.first_section + section) as u32;
    let leaves = |target: &Target| *target != Target::NOTHING && (target.node == NONE || tables.node_section[target.node as usize] != row);
    let word = |at: usize| content.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let mut cies: HashMap<usize, Cie> = HashMap::new();
    let mut next = 0;
    let mut at = 0usize;
    while at < content.len() {
        let length = word(at).ok_or_else(cut_short)? as usize;
        if length == 0 {
            at += 4;
            continue;
        }
        if length == u32::MAX as usize {
            return Err(object.fail("__eh_frame uses the 64-bit form, which is not supported"));
        }
        let id_at = at + 4;
        // Numbers have 32 bits in WebAssembly.
        let end = id_at.checked_add(length).ok_or_else(cut_short)?;
        let record = content.get(..end).ok_or_else(cut_short)?;
        let id = word(id_at).ok_or_else(cut_short)? as usize;
        if references.get(next).is_some_and(|r| (r.offset as usize) < at) {
            return Err(outside());
        }
        let first = next;
        while references.get(next).is_some_and(|r| (r.offset as usize) < end) {
            next += 1;
        }
        let own = &references[first..next];
        if id == 0 {
            let mut targets = own.iter().map(|r| r.targets[0]).filter(leaves);
            let personality = targets.next().unwrap_or(Target::NOTHING);
            if targets.next().is_some() {
                return Err(object.fail("__eh_frame has an entry with too many relocations"));
            }
            cies.insert(at, cie(record, id_at + 4, personality).map_err(|reason| object.fail(reason))?);
        } else {
            let Some(cie) = id_at.checked_sub(id).and_then(|at| cies.get(&at)).copied() else {
                return Err(object.fail("__eh_frame has an entry of a CIE that is not there"));
            };
            let read = |place: usize, width: usize| -> Option<Target> {
                if let Some(reference) = own.iter().find(|r| r.offset as usize == place) {
                    return Some(reference.targets[0]);
                }
                let distance = number(record, place, width)?;
                if distance == 0 {
                    return Some(Target::NOTHING);
                }
                let address = object.address(section).wrapping_add(place as u64).wrapping_add(distance as u64);
                Some(places.at(address, tables))
            };
            let begin = id_at + 4;
            let function = read(begin, cie.address).ok_or_else(cut_short)?;
            let function = places.function(&function);
            // Whatever else the entry refers to is live with its function, too.
            let mut targets = vec![cie.personality];
            targets.extend(own.iter().filter(|r| r.offset as usize != begin).map(|r| r.targets[0]).filter(leaves));
            if let Some(width) = cie.lsda {
                let mut place = begin + 2 * cie.address;
                uleb(record, &mut place).ok_or_else(cut_short)?;
                targets.push(read(place, width).ok_or_else(cut_short)?);
            }
            targets.retain(|target| *target != Target::NOTHING);
            if function == NONE && !targets.is_empty() {
                return Err(object.fail("__eh_frame describes a function that is not in the object"));
            }
            found.extend(targets.into_iter().map(|target| (function, target)));
        }
        at = end;
    }
    if next < references.len() { Err(outside()) } else { Ok(found) }
}

fn cie(record: &[u8], mut at: usize, personality: Target) -> Result<Cie, &'static str> {
    const CUT: &str = "__eh_frame is cut short";
    let mut cie = Cie { personality, address: 8, lsda: None };
    at += 1;
    let rest = record.get(at..).ok_or(CUT)?;
    let end = rest.iter().position(|&byte| byte == 0).ok_or(CUT)?;
    let augmentation = &rest[..end];
    at += end + 1;
    for _ in 0..3 {
        // Alignment of code and data, and the return address.
        uleb(record, &mut at).ok_or(CUT)?;
    }
    if augmentation.first() != Some(&b'z') {
        return if augmentation.is_empty() { Ok(cie) } else { Err("__eh_frame has an augmentation that is not known") };
    }
    uleb(record, &mut at).ok_or(CUT)?;
    for letter in &augmentation[1..] {
        let mut encoding = || {
            let encoding = record.get(at).copied().ok_or(CUT)?;
            at += 1;
            width(encoding)
        };
        match letter {
            b'R' => cie.address = encoding()?,
            b'L' => cie.lsda = Some(encoding()?),
            b'P' => {
                let width = encoding()?;
                at = at.checked_add(width).ok_or(CUT)?;
            }
            b'S' | b'B' => {}
            _ => return Err("__eh_frame has an augmentation that is not known"),
        }
    }
    Ok(cie)
}

/// Returns the bytes of an encoded address (LSB, "DWARF Exception Header Encoding").
fn width(encoding: u8) -> Result<usize, &'static str> {
    match encoding & 0x0f {
        0 | 4 | 0xc => Ok(8),
        3 | 0xb => Ok(4),
        _ => Err("__eh_frame has addresses of a width that is not known"),
    }
}

fn number(record: &[u8], at: usize, width: usize) -> Option<i64> {
    let field = record.get(at..at.checked_add(width)?)?;
    let mut wide = [0; 8];
    wide[..width].copy_from_slice(field);
    let unused = 64 - 8 * width as u32;
    Some((u64::from_le_bytes(wide) << unused) as i64 >> unused)
}

fn uleb(record: &[u8], at: &mut usize) -> Option<()> {
    while *record.get(*at)? & 0x80 != 0 {
        *at += 1;
    }
    *at += 1;
    Some(())
}
