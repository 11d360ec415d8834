//! What holds of the places that any debug info gives.

use artifact::NONE;

/// Reads debug info; asserts that columns are whole and in order.
pub fn read(data: &[u8]) {
    let Ok(tables) = gimli_wasm::extract(data) else { return };
    let rows = tables.row_section.len();
    for column in [&tables.row_offset, &tables.row_file, &tables.row_line, &tables.row_column] {
        assert_eq!(column.len(), rows);
    }
    let key = |row: usize| (tables.row_section[row], tables.row_offset[row]);
    assert!((1..rows).all(|row| key(row - 1) <= key(row)));
    let inlined = tables.inlined_section.len();
    for row in 0..inlined {
        assert!(tables.inlined_start[row] < tables.inlined_end[row]);
        let parent = tables.inlined_parent[row];
        assert!(parent == NONE || (parent as usize) < inlined);
    }
    for &id in tables.row_file.iter().chain(&tables.function_linkage).chain(&tables.inlined_qualified) {
        assert!(id == NONE || (id as usize) < tables.strings.len());
    }
}
