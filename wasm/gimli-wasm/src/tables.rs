use artifact::{Strings, NONE};

/// The tables of one input. Sections are numbered as object-wasm numbers them; rows that do not exist
/// are [`artifact::NONE`]; lines and columns count from 1, 0 means unknown.
#[derive(Default)]
pub struct DwarfTables {
    pub strings: Strings,
    /// Line rows, sorted by section and offset; a file of NONE ends a sequence (DWARF 5, 6.2).
    pub row_section: Vec<u32>,
    pub row_offset: Vec<u32>,
    pub row_file: Vec<u32>,
    pub row_line: Vec<u32>,
    pub row_column: Vec<u32>,
    /// Functions with code, a row for each range.
    pub function_section: Vec<u32>,
    pub function_start: Vec<u32>,
    pub function_end: Vec<u32>,
    pub function_linkage: Vec<u32>,
    /// Name with namespaces; NONE when a v0 linkage name contains it.
    pub function_qualified: Vec<u32>,
    pub function_file: Vec<u32>,
    pub function_line: Vec<u32>,
    /// Inlined calls, a row for each range, sorted by section, start and depth.
    pub inlined_section: Vec<u32>,
    pub inlined_start: Vec<u32>,
    pub inlined_end: Vec<u32>,
    /// Row of the enclosing inlined call.
    pub inlined_parent: Vec<u32>,
    pub inlined_depth: Vec<u32>,
    pub inlined_linkage: Vec<u32>,
    pub inlined_qualified: Vec<u32>,
    pub inlined_call_file: Vec<u32>,
    pub inlined_call_line: Vec<u32>,
    pub inlined_call_column: Vec<u32>,
    /// Statics with a fixed place (only at debuginfo=2).
    pub variable_section: Vec<u32>,
    pub variable_offset: Vec<u32>,
    pub variable_linkage: Vec<u32>,
    pub variable_qualified: Vec<u32>,
    pub variable_file: Vec<u32>,
    pub variable_line: Vec<u32>,
}

fn permute(column: &mut Vec<u32>, order: &[u32]) {
    *column = order.iter().map(|&row| column[row as usize]).collect();
}

impl DwarfTables {
    /// Sorts rows as the columns' docs say; equal keys keep their order.
    pub(crate) fn sort(&mut self) {
        let key = |row: usize| (self.row_section[row], self.row_offset[row]);
        let rows = self.row_section.len();
        if !(1..rows).all(|row| key(row - 1) <= key(row)) {
            let mut order: Vec<u32> = (0..rows as u32).collect();
            order.sort_by_key(|&row| key(row as usize));
            for column in [
                &mut self.row_section,
                &mut self.row_offset,
                &mut self.row_file,
                &mut self.row_line,
                &mut self.row_column,
            ] {
                permute(column, &order);
            }
        }
        let mut order: Vec<u32> = (0..self.inlined_section.len() as u32).collect();
        order.sort_by_key(|&row| {
            let row = row as usize;
            (self.inlined_section[row], self.inlined_start[row], self.inlined_depth[row])
        });
        let mut new_row = vec![0u32; order.len()];
        for (new, &old) in order.iter().enumerate() {
            new_row[old as usize] = new as u32;
        }
        for parent in &mut self.inlined_parent {
            if *parent != NONE {
                *parent = new_row[*parent as usize];
            }
        }
        for column in [
            &mut self.inlined_section,
            &mut self.inlined_start,
            &mut self.inlined_end,
            &mut self.inlined_parent,
            &mut self.inlined_depth,
            &mut self.inlined_linkage,
            &mut self.inlined_qualified,
            &mut self.inlined_call_file,
            &mut self.inlined_call_line,
            &mut self.inlined_call_column,
        ] {
            permute(column, &order);
        }
    }
}
