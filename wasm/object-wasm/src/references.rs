//! References, for every format.

use crate::nodes::MemberNodes;
use crate::tables::ObjectTables;
use artifact::NONE;

/// The target of a reference: a node of this member, or a symbol that the link resolves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub node: u32,
    pub symbol: u32,
}

impl Target {
    /// What a link does not resolve: an absolute address.
    pub const NOTHING: Target = Target { node: NONE, symbol: NONE };

    pub fn node(node: u32) -> Self {
        Target { node, symbol: NONE }
    }

    pub fn symbol(symbol: u32) -> Self {
        Target { node: NONE, symbol }
    }
}

/// Appends a reference from a place in a section; a target that is nothing adds none.
pub fn push(tables: &mut ObjectTables, section: u32, offset: u32, from: u32, target: &Target) {
    if *target == Target::NOTHING {
        return;
    }
    tables.ref_section.push(section);
    tables.ref_offset.push(offset);
    tables.ref_from_node.push(from);
    tables.ref_to_node.push(target.node);
    tables.ref_to_symbol.push(target.symbol);
}

/// Returns whether a program reads an unwind table itself, one of its member's sections: it has a symbol there, or one of the references
/// from `first` on leads there. Then what it put there is no table, and what that refers to is no function's alone.
pub fn is_read_by_program(tables: &ObjectTables, nodes: &MemberNodes, section: usize, first: usize) -> bool {
    let own = nodes.first_node[section]..nodes.first_node[section + 1];
    let is_named = tables.node_symbol[own.start as usize..own.end as usize].iter().any(|&symbol| symbol != NONE);
    is_named || tables.ref_to_node[first..].iter().any(|target| own.contains(target))
}

/// Sorts the references from `first` on by section, then place.
pub fn sort_from(tables: &mut ObjectTables, first: usize) {
    let mut order: Vec<usize> = (first..tables.ref_section.len()).collect();
    order.sort_by_key(|&row| (tables.ref_section[row], tables.ref_offset[row]));
    for column in [
        &mut tables.ref_section,
        &mut tables.ref_offset,
        &mut tables.ref_from_node,
        &mut tables.ref_to_node,
        &mut tables.ref_to_symbol,
    ] {
        let sorted: Vec<u32> = order.iter().map(|&row| column[row]).collect();
        column.truncate(first);
        column.extend(sorted);
    }
}

/// Appends a reference of an unwind table: its target is live with the function.
pub fn push_frame(tables: &mut ObjectTables, from: u32, target: &Target) {
    if *target == Target::NOTHING {
        return;
    }
    tables.frame_edge_from.push(from);
    tables.frame_edge_to_node.push(target.node);
    tables.frame_edge_to_symbol.push(target.symbol);
}
