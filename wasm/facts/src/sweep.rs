use crate::columns::first_rows;
use artifact::NONE;
use gimli_wasm::DwarfTables;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Finds the line row and the innermost inlined range for ascending offsets of a section. Another section, or a smaller
/// offset, starts that section again. Of rows at one address the last counts (DWARF 5, 6.2.5).
pub struct Sweep<'a> {
    dwarf: &'a DwarfTables,
    first_row: Vec<u32>,
    first_inlined: Vec<u32>,
    section: u32,
    offset: u32,
    row: u32,
    next_inlined: u32,
    /// Inlined ranges that have begun, the innermost one on top, and of equally deep ones the first. Ended ranges are
    /// removed when they come to the top: a search of all ranges for each reference would take quadratic time.
    active: BinaryHeap<(u32, Reverse<u32>)>,
}

/// File, line and column; the file is [`NONE`] when the debug info has no place.
#[derive(Clone, Copy)]
pub struct Place {
    pub file: u32,
    pub line: u32,
    pub column: u32,
}

/// No place.
pub const NOWHERE: Place = Place { file: NONE, line: 0, column: 0 };

impl<'a> Sweep<'a> {
    pub fn new(dwarf: &'a DwarfTables, sections: usize) -> Self {
        Sweep {
            dwarf,
            first_row: first_rows(dwarf.row_section.iter().copied(), sections),
            first_inlined: first_rows(dwarf.inlined_section.iter().copied(), sections),
            section: NONE,
            offset: 0,
            row: 0,
            next_inlined: 0,
            active: BinaryHeap::new(),
        }
    }

    /// Returns the place at an offset, and the row of the innermost inlined range that covers it, or [`NONE`].
    pub fn at(&mut self, section: u32, offset: u32) -> (Place, u32) {
        if section != self.section || offset < self.offset {
            self.section = section;
            self.row = self.first_row[section as usize];
            self.next_inlined = self.first_inlined[section as usize];
            self.active.clear();
        }
        self.offset = offset;
        (self.place(), self.innermost())
    }

    fn place(&mut self) -> Place {
        let dwarf = self.dwarf;
        let section = self.section as usize;
        let end = self.first_row[section + 1];
        while self.row < end && dwarf.row_offset[self.row as usize] <= self.offset {
            self.row += 1;
        }
        if self.row == self.first_row[section] {
            return NOWHERE;
        }
        let row = self.row as usize - 1;
        Place { file: dwarf.row_file[row], line: dwarf.row_line[row], column: dwarf.row_column[row] }
    }

    fn innermost(&mut self) -> u32 {
        let dwarf = self.dwarf;
        let end = self.first_inlined[self.section as usize + 1];
        while self.next_inlined < end && dwarf.inlined_start[self.next_inlined as usize] <= self.offset {
            let row = self.next_inlined;
            self.active.push((dwarf.inlined_depth[row as usize], Reverse(row)));
            self.next_inlined += 1;
        }
        while let Some(&(_, Reverse(row))) = self.active.peek() {
            if dwarf.inlined_end[row as usize] > self.offset {
                return row;
            }
            self.active.pop();
        }
        NONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(rows: &[(u32, u32, u32)]) -> DwarfTables {
        let mut rows = rows.to_vec();
        rows.sort_by_key(|&(start, _, depth)| (start, depth));
        DwarfTables {
            inlined_section: vec![0; rows.len()],
            inlined_start: rows.iter().map(|row| row.0).collect(),
            inlined_end: rows.iter().map(|row| row.1).collect(),
            inlined_depth: rows.iter().map(|row| row.2).collect(),
            ..DwarfTables::default()
        }
    }

    #[test]
    fn the_innermost_range_is_found_as_by_looking_at_all() {
        let mut state = 7u32;
        let mut below = |limit: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % limit
        };
        for _ in 0..200 {
            let rows: Vec<_> = (0..below(20)).map(|_| (below(30), below(40), below(4))).collect();
            let dwarf = ranges(&rows);
            let mut sweep = Sweep::new(&dwarf, 1);
            for offset in 0..40 {
                let mut expected = NONE;
                for row in 0..rows.len() as u32 {
                    let at = row as usize;
                    let covers = dwarf.inlined_start[at] <= offset && offset < dwarf.inlined_end[at];
                    if covers && (expected == NONE || dwarf.inlined_depth[at] > dwarf.inlined_depth[expected as usize]) {
                        expected = row;
                    }
                }
                assert_eq!(sweep.at(0, offset).1, expected, "{rows:?} at {offset}");
            }
        }
    }

    #[test]
    fn many_ranges_over_many_references_end() {
        // A linear search would compare ranges 10^11 times.
        const MANY: u32 = 300_000;
        let dwarf = ranges(&(0..MANY).map(|depth| (0, MANY + 1, depth)).collect::<Vec<_>>());
        let mut sweep = Sweep::new(&dwarf, 1);
        assert!((0..MANY).all(|offset| sweep.at(0, offset).1 == MANY - 1));
    }
}
