/// The columns of one link input; engine/facts/tables.ts documents each. Columns of one table have equal
/// lengths; [`artifact::NONE`] means no row.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Columns {
    pub string_offsets: Vec<u32>,
    pub string_bytes: Vec<u8>,
    pub name_offsets: Vec<u32>,
    pub name_bytes: Vec<u8>,
    pub member_name: Vec<u32>,
    pub member_file: Vec<u32>,
    pub member_first_section: Vec<u32>,
    pub member_machine: Vec<u32>,
    pub member_format: Vec<u32>,
    pub section_name: Vec<u32>,
    pub section_flags: Vec<u32>,
    pub section_group: Vec<u32>,
    pub section_link_order: Vec<u32>,
    pub section_first_node: Vec<u32>,
    pub node_section: Vec<u32>,
    pub node_entity: Vec<u32>,
    pub node_qualified: Vec<u32>,
    pub node_flags: Vec<u32>,
    pub node_place: Vec<u32>,
    pub node_first_edge: Vec<u32>,
    pub node_first_frame: Vec<u32>,
    pub edge_target: Vec<u32>,
    pub edge_frame: Vec<u32>,
    pub edge_place: Vec<u32>,
    pub frame_parent: Vec<u32>,
    pub frame_entity: Vec<u32>,
    pub frame_qualified: Vec<u32>,
    pub frame_place: Vec<u32>,
    pub place_file: Vec<u32>,
    pub place_line: Vec<u32>,
    pub place_column: Vec<u32>,
    pub entity_string: Vec<u32>,
    pub entity_first_name: Vec<u32>,
    pub entity_names: Vec<u32>,
    pub entity_roles: Vec<u8>,
    pub entity_crate: Vec<u32>,
    pub absolute_entity: Vec<u32>,
    pub undefined_member: Vec<u32>,
    pub undefined_entity: Vec<u32>,
    pub bitcode_member: Vec<u32>,
}

/// Returns, for a column sorted by group, the first row of each group, and the number of rows at the end.
pub fn first_rows(sorted_groups: impl Iterator<Item = u32>, groups: usize) -> Vec<u32> {
    let mut first = vec![0; groups + 1];
    for group in sorted_groups {
        first[group as usize + 1] += 1;
    }
    for i in 0..groups {
        first[i + 1] += first[i];
    }
    first
}

/// Stable counting sort: returns the rows group by group, and [`first_rows`].
pub fn group_by(of_row: impl Iterator<Item = u32> + Clone, groups: usize) -> (Vec<u32>, Vec<u32>) {
    let first = first_rows(of_row.clone(), groups);
    let mut next = first.clone();
    let mut order = vec![0; first[groups] as usize];
    for (row, group) in of_row.enumerate() {
        let at = &mut next[group as usize];
        order[*at as usize] = row as u32;
        *at += 1;
    }
    (first, order)
}
