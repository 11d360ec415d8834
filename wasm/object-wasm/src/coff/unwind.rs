use super::references::{targets, Relocation};
use super::{Nodes, Object};
use crate::references::push_frame;
use crate::tables::ObjectTables;
use artifact::{ExtractError, NONE};
use object::pe;

/// Returns whether an unwind table holds what no entry of one has, or entries of functions that are elsewhere.
pub fn is_irregular(object: &Object<'_, '_>, relocations: &[Relocation]) -> bool {
    let (size, _) = entry(object);
    relocations.iter().any(|relocation| {
        let is_start = relocation.offset % size == 0;
        !relocation.is_rva || (is_start && object.symbols[relocation.symbol as usize].section <= 0)
    })
}

/// Returns the bytes of an entry, and whether it has an end. x86-64: start, end, unwind information. ARM64: start, unwind information or
/// what it says itself.
fn entry(object: &Object<'_, '_>) -> (u32, bool) {
    if object.machine == pe::IMAGE_FILE_MACHINE_AMD64 { (12, true) } else { (8, false) }
}

/// Turns `.pdata`, the table of functions with unwind information, into references of these functions: what an entry names
/// (`.xdata`, and by it the handler) is live with its function, and `.pdata` as a whole keeps nothing live.
#[inline(never)]
pub fn collect(
    object: &Object<'_, '_>,
    nodes: &Nodes,
    relocations: &[Vec<Relocation>],
    tables: &mut ObjectTables,
) -> Result<(), ExtractError> {
    let (size, has_end) = entry(object);
    for (section, relocations) in relocations.iter().enumerate() {
        if !tables.section_is_frame[object.first_section + section] {
            continue;
        }
        let mut function = (NONE, u32::MAX);
        for relocation in relocations {
            let (entry, place) = (relocation.offset / size, relocation.offset % size);
            if place == 0 {
                function = (NONE, entry);
                for target in targets(object, nodes, relocation.symbol, relocation.addend, tables) {
                    // The function of an entry is defined in the same object, under a global name too.
                    let own = nodes.shared.node_of_symbol[relocation.symbol as usize];
                    function.0 = if target.node != NONE { target.node } else { own };
                }
                continue;
            }
            if has_end && place == 4 {
                continue;
            }
            if function.1 != entry || function.0 == NONE {
                return Err(object.fail(format!("section {section} ({}) describes a function that is not in the object", artifact::as_text(object.section_names[section]))));
            }
            for target in targets(object, nodes, relocation.symbol, relocation.addend, tables) {
                push_frame(tables, function.0, &target);
            }
        }
    }
    Ok(())
}
