//! Invariants of all facts; the fuzzer of facts checks them too (test/fuzz/rust/targets/facts.rs).

use artifact::NONE;
use facts::Columns;

/// Asserts that every id is a row of its table.
pub fn check(columns: &Columns) {
    let below = |ids: &[u32], rows: usize| assert!(ids.iter().all(|&id| id == NONE || (id as usize) < rows));
    let (nodes, frames, places) = (columns.node_section.len(), columns.frame_parent.len(), columns.place_line.len());
    let (strings, entities) = (columns.string_offsets.len() - 1, columns.entity_string.len());
    for ids in [&columns.place_file, &columns.entity_string, &columns.member_name, &columns.section_name] {
        below(ids, strings);
    }
    for ids in [&columns.node_entity, &columns.node_qualified, &columns.frame_entity, &columns.frame_qualified] {
        below(ids, entities);
    }
    for ids in [&columns.node_place, &columns.edge_place, &columns.frame_place] {
        below(ids, places);
    }
    for ids in [&columns.edge_frame, &columns.frame_parent] {
        below(ids, frames);
    }
    assert!(columns.edge_target.iter().all(|&target| (target & 0x7fff_ffff) < nodes.max(entities) as u32));
    assert_eq!(columns.node_first_edge.len(), nodes + 1);
    assert_eq!(columns.node_first_edge[nodes] as usize, columns.edge_target.len());
    assert_eq!(columns.node_first_frame[nodes] as usize, frames);
    assert_eq!(columns.section_first_node.len(), columns.section_flags.len() + 1);
}
