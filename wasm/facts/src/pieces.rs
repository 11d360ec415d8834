use crate::columns::first_rows;
use artifact::NONE;
use object_wasm::{section_flag, ObjectTables};

/// The sections of facts: what a linker keeps or drops as a whole. An object's section is one of them, or several where its
/// symbols live apart from each other.
pub struct Pieces {
    /// By section of the object: its first piece; one more entry at the end.
    first: Vec<u32>,
    /// By piece: the section that it is of.
    section: Vec<u32>,
    is_retained: Vec<bool>,
    of_node: Vec<u32>,
}

impl Pieces {
    #[inline(never)]
    pub fn of(object: &ObjectTables) -> Self {
        let sections = object.section_flags.len();
        let nodes = first_rows(object.node_section.iter().copied(), sections);
        let mut pieces = Pieces {
            first: Vec::with_capacity(sections + 1),
            section: Vec::with_capacity(sections),
            is_retained: Vec::with_capacity(sections),
            of_node: Vec::with_capacity(object.node_section.len()),
        };
        for section in 0..sections {
            pieces.first.push(pieces.section.len() as u32);
            pieces.begin(section);
            let mut node = nodes[section] as usize;
            let end = nodes[section + 1] as usize;
            while node < end {
                // Aliases are of one piece.
                let start = object.node_start[node];
                let aliases = object.node_start[node..end].iter().take_while(|&&other| other == start).count();
                let range = node..node + aliases;
                if node > nodes[section] as usize && object.node_starts_piece[range.clone()].contains(&true) {
                    pieces.begin(section);
                }
                let piece = pieces.section.len() as u32 - 1;
                pieces.is_retained[piece as usize] |= object.node_retained[range].contains(&true);
                pieces.of_node.resize(node + aliases, piece);
                node += aliases;
            }
        }
        pieces.first.push(pieces.section.len() as u32);
        pieces
    }

    fn begin(&mut self, section: usize) {
        self.section.push(section as u32);
        self.is_retained.push(false);
    }

    /// Returns the piece of each node; nodes are sorted by it.
    pub fn of_nodes(&self) -> &[u32] {
        &self.of_node
    }

    pub fn len(&self) -> usize {
        self.section.len()
    }

    /// Returns a column of sections as one of pieces.
    pub fn column(&self, of_section: &[u32]) -> Vec<u32> {
        self.section.iter().map(|&section| of_section[section as usize]).collect()
    }

    /// The same for a column that names sections: it names the first piece of each.
    pub fn naming(&self, of_section: &[u32]) -> Vec<u32> {
        self.section.iter().map(|&section| self.first_of(of_section[section as usize])).collect()
    }

    /// Returns the first piece of a section; NONE for none.
    pub fn first_of(&self, section: u32) -> u32 {
        if section == NONE { NONE } else { self.first[section as usize] }
    }

    /// Returns the flags of each piece.
    pub fn flags(&self, object: &ObjectTables) -> Vec<u32> {
        let flags = self.column(&object.section_flags);
        let kept = self.is_retained.iter().map(|&is_retained| if is_retained { section_flag::RETAIN } else { 0 });
        flags.into_iter().zip(kept).map(|(flags, kept)| flags | kept).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_divided_where_a_node_says_so() {
        let object = ObjectTables {
            section_flags: vec![0, 1, 1],
            node_section: vec![1, 1, 1, 1, 2, 2],
            node_start: vec![0, 4, 4, 8, 0, 4],
            node_starts_piece: vec![true, false, true, false, false, false],
            node_retained: vec![false, false, false, true, false, false],
            ..ObjectTables::default()
        };
        let pieces = Pieces::of(&object);
        assert_eq!(pieces.of_nodes(), [1, 2, 2, 2, 3, 3]);
        assert_eq!(pieces.flags(&object), [0, 1, 1 | section_flag::RETAIN, 1]);
        assert_eq!(pieces.naming(&[NONE, 2, 1]), [NONE, 3, 3, 1]);
        assert_eq!(pieces.len(), 4);
    }
}
