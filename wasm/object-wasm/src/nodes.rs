//! Sections as nodes, for every format: named symbols, and anonymous stretches between them.

use crate::tables::{node_kind, section_flag, ObjectTables};
use artifact::NONE;

/// The nodes of a member's symbols.
pub struct MemberNodes {
    /// By symbol index: the node, or NONE for undefined, section and private symbols.
    pub node_of_symbol: Vec<u32>,
    /// By symbol index: the name, for symbols that the link resolves.
    pub global_name: Vec<u32>,
    /// By section of the member: the first of its nodes; one more entry at the end.
    pub first_node: Vec<u32>,
}

impl MemberNodes {
    /// Covers each allocated section of a member, whose first is `first_section`, with the nodes of its symbols.
    pub fn of_sections(by_section: &mut [Vec<Named>], first_section: usize, global_name: Vec<u32>, tables: &mut ObjectTables) -> Self {
        let mut nodes = MemberNodes {
            node_of_symbol: vec![NONE; global_name.len()],
            global_name,
            first_node: Vec::with_capacity(by_section.len() + 1),
        };
        for (section, named) in by_section.iter_mut().enumerate() {
            nodes.first_node.push(tables.node_section.len() as u32);
            if tables.section_flags[first_section + section] & section_flag::ALLOC != 0 {
                cover(named, first_section + section, tables, &mut nodes.node_of_symbol);
            }
        }
        nodes.first_node.push(tables.node_section.len() as u32);
        nodes
    }

    /// Returns the node that covers `offset` of a section (index within the member); NONE for sections without nodes.
    pub fn covering(&self, tables: &ObjectTables, section: usize, offset: u64) -> u32 {
        let first = self.first_node[section] as usize;
        let end = self.first_node[section + 1] as usize;
        if first == end {
            return NONE;
        }
        let starts = &tables.node_start[first..end];
        let after = starts.partition_point(|&start| u64::from(start) <= offset);
        if after == 0 {
            return first as u32;
        }
        // Of aliases the first counts.
        let start = starts[after - 1];
        (first + starts.partition_point(|&s| s < start)) as u32
    }
}

/// A symbol that begins a node; of private ones the place alone counts.
pub struct Named {
    pub start: u32,
    pub size: u32,
    /// Its index in the symbol table, or NONE.
    pub symbol: u32,
    /// NONE for a private symbol: an anonymous node begins at it.
    pub name: u32,
    pub binding: u8,
    pub visibility: u8,
    pub kind: u8,
    /// See `node_starts_piece` of [`ObjectTables`].
    pub starts_piece: bool,
    pub retained: bool,
}

/// Covers a section with nodes: those of its symbols, and anonymous stretches between them.
#[inline(never)]
fn cover(named: &mut [Named], section: usize, tables: &mut ObjectTables, node_of_symbol: &mut [u32]) {
    named.sort_by_key(|n| (n.start, u32::MAX - n.size, n.symbol));
    let section_size = tables.section_size[section];
    // A symbol without size (assembly) ends at the next one that starts later.
    let mut next_start = vec![section_size; named.len()];
    for i in (1..named.len()).rev() {
        let later = named[i].start > named[i - 1].start;
        next_start[i - 1] = if later { named[i].start } else { next_start[i] };
    }
    let mut covered = 0u32;
    for i in 0..named.len() {
        let n = &named[i];
        if n.start > covered {
            push_node(tables, section, covered, n.start - covered, None);
        }
        let end = if n.size > 0 {
            n.start + n.size
        } else {
            next_start[i]
        };
        if let Some(node) = node_of_symbol.get_mut(n.symbol as usize) {
            *node = tables.node_section.len() as u32;
        }
        push_node(tables, section, n.start, end - n.start, Some(n));
        covered = covered.max(end);
    }
    if covered < section_size || named.is_empty() {
        push_node(tables, section, covered, section_size - covered, None);
    }
}

fn push_node(tables: &mut ObjectTables, section: usize, start: u32, size: u32, named: Option<&Named>) {
    tables.node_section.push(section as u32);
    tables.node_start.push(start);
    tables.node_size.push(size);
    tables.node_symbol.push(named.map_or(NONE, |n| n.name));
    tables.node_binding.push(named.map_or(0, |n| n.binding));
    tables.node_visibility.push(named.map_or(0, |n| n.visibility));
    tables.node_kind.push(named.map_or(node_kind::ANONYMOUS, |n| n.kind));
    tables.node_starts_piece.push(named.is_some_and(|n| n.starts_piece));
    tables.node_retained.push(named.is_some_and(|n| n.retained));
}

/// Can a program name the section by `__start_NAME`?
pub fn is_c_identifier(name: &[u8]) -> bool {
    let letter = |c: u8| c.is_ascii_alphabetic() || c == b'_';
    name.first().is_some_and(|&c| letter(c)) && name.iter().all(|&c| letter(c) || c.is_ascii_digit())
}
