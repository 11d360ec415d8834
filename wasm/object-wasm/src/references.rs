//! References, for every format.

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

/// Appends a reference of an unwind table: its target is live with the function.
pub fn push_frame(tables: &mut ObjectTables, from: u32, target: &Target) {
    if *target == Target::NOTHING {
        return;
    }
    tables.frame_edge_from.push(from);
    tables.frame_edge_to_node.push(target.node);
    tables.frame_edge_to_symbol.push(target.symbol);
}
