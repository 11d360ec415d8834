use crate::columns::first_rows;
use artefact::NONE;
use dwarf_tables::DwarfTables;

/// Finds line row and innermost inlined range for ascending offsets of a section. Going to another section or
/// backwards starts that section again. Of rows at one address the last holds (DWARF 5, 6.2.5).
pub struct Sweep<'a> {
    dwarf: &'a DwarfTables,
    first_row: Vec<u32>,
    first_inlined: Vec<u32>,
    section: u32,
    offset: u32,
    row: u32,
    next_inlined: u32,
    active: Vec<u32>,
    innermost: u32,
}

/// File, line and column; the file is [`NONE`] where the debug info says nothing.
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
            active: Vec::new(),
            innermost: NONE,
        }
    }

    /// The place at an offset, and the row of the innermost inlined range that covers it, or [`NONE`].
    pub fn at(&mut self, section: u32, offset: u32) -> (Place, u32) {
        if section != self.section || offset < self.offset {
            self.section = section;
            self.row = self.first_row[section as usize];
            self.next_inlined = self.first_inlined[section as usize];
            self.innermost = NONE;
            self.active.clear();
        }
        self.offset = offset;
        let place = self.place();
        self.find_inlined();
        (place, self.innermost)
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

    fn find_inlined(&mut self) {
        let dwarf = self.dwarf;
        let end = self.first_inlined[self.section as usize + 1];
        let before = (self.next_inlined, self.active.len());
        while self.next_inlined < end && dwarf.inlined_start[self.next_inlined as usize] <= self.offset {
            self.active.push(self.next_inlined);
            self.next_inlined += 1;
        }
        let offset = self.offset;
        self.active.retain(|&row| dwarf.inlined_end[row as usize] > offset);
        if before == (self.next_inlined, self.active.len()) {
            return;
        }
        self.innermost = NONE;
        let mut deepest = None;
        for &row in &self.active {
            let depth = Some(dwarf.inlined_depth[row as usize]);
            if depth > deepest {
                deepest = depth;
                self.innermost = row;
            }
        }
    }
}
