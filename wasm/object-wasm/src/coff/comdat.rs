//! COMDAT sections: of several with one name a linker takes one; an associative one is kept or dropped with its leader.

use super::symbols::Kind;
use super::Object;
use crate::tables::{section_flag, ObjectTables};
use artifact::ExtractError;
use object::pe;

/// Longest chain of associative sections; compilers make them of two.
const MAX_CHAIN: usize = 16;

/// Sets the group flags of COMDAT sections, and the leaders of associative ones.
pub fn collect(object: &Object<'_, '_>, tables: &mut ObjectTables) -> Result<(), ExtractError> {
    let sections = object.section_names.len();
    let mut leader = vec![0usize; sections];
    let mut is_known = vec![false; sections];
    for symbol in &object.symbols {
        let Kind::Section { selection, associated } = symbol.kind else { continue };
        // The first symbol of a section describes it.
        let Ok(section) = usize::try_from(symbol.section) else { continue };
        if section == 0 || section >= sections || std::mem::replace(&mut is_known[section], true) {
            continue;
        }
        if !is_comdat(object, section)? {
            continue;
        }
        let global = object.first_section + section;
        match selection {
            pe::IMAGE_COMDAT_SELECT_NODUPLICATES => {}
            pe::IMAGE_COMDAT_SELECT_ASSOCIATIVE => {
                let associated = associated as usize;
                if associated == 0 || associated >= sections || associated == section {
                    return Err(object.fail(format!("section {section} follows a section that is not there")));
                }
                leader[section] = associated;
                // It is kept with its leader only, whatever its name says.
                tables.section_flags[global] &= !section_flag::ROOT_ARRAY;
                tables.section_flags[global] |= section_flag::LINK_ORDER;
            }
            pe::IMAGE_COMDAT_SELECT_ANY
            | pe::IMAGE_COMDAT_SELECT_SAME_SIZE
            | pe::IMAGE_COMDAT_SELECT_EXACT_MATCH
            | pe::IMAGE_COMDAT_SELECT_LARGEST
            | pe::IMAGE_COMDAT_SELECT_NEWEST => tables.section_flags[global] |= section_flag::GROUP,
            other => return Err(object.fail(format!("section {section} is a COMDAT of kind {other}, which is not known"))),
        }
    }
    for section in 1..sections {
        if !is_known[section] && is_comdat(object, section)? {
            return Err(object.fail(format!("section {section} is a COMDAT of which no symbol says its kind")));
        }
        if leader[section] == 0 {
            continue;
        }
        tables.section_link_order[object.first_section + section] = (object.first_section + leader[section]) as u32;
        let mut at = section;
        for step in 0.. {
            at = leader[at];
            if at == 0 {
                break;
            }
            if step == MAX_CHAIN {
                return Err(object.fail(format!("section {section} follows sections in a circle")));
            }
        }
    }
    Ok(())
}

fn is_comdat(object: &Object<'_, '_>, section: usize) -> Result<bool, ExtractError> {
    let header = object.sections.section(object::SectionIndex(section)).map_err(|e| object.fail(e))?;
    Ok(header.characteristics.get(object::LittleEndian) & pe::IMAGE_SCN_LNK_COMDAT != 0)
}
