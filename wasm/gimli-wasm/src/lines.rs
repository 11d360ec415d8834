use crate::budget::{DwarfError, Result};
use crate::sections::Sections;
use crate::tables::DwarfTables;
use artifact::NONE;
use gimli::{AttributeValue, EndianSlice, RunTimeEndian, UnitRef};
use rustc_hash::FxHashMap;

pub type Slice<'a> = EndianSlice<'a, RunTimeEndian>;

/// Bytes; longer than any path that a system accepts.
const MAX_PATH: usize = 32 * 1024;

/// File numbers of one unit to rows of the string table.
#[derive(Default)]
pub struct Files {
    known: FxHashMap<u64, u32>,
}

impl Files {
    /// Returns the absolute path of file number `index`; NONE when the line table has no such file.
    #[inline(never)]
    pub fn path(
        &mut self,
        unit: UnitRef<'_, Slice<'_>>,
        index: u64,
        tables: &mut DwarfTables,
    ) -> Result<u32> {
        if let Some(&known) = self.known.get(&index) {
            return Ok(known);
        }
        let mut id = NONE;
        if let Some(program) = &unit.line_program {
            let header = program.header();
            if let Some(file) = header.file(index) {
                let name = text(unit, file.path_name())?;
                let directory = match file.directory(header) {
                    Some(directory) => text(unit, directory)?,
                    None => String::new(),
                };
                let compiled_in = unit.comp_dir.map(|d| d.to_string().map(str::to_owned)).transpose()?;
                let parts = [compiled_in.as_deref().unwrap_or(""), &directory, &name];
                if parts.iter().any(|part| part.len() > MAX_PATH) {
                    return Err(DwarfError::Disproportionate("a path of it is too long"));
                }
                // Counted before they are joined: of `./././…` nothing is left to count.
                let length = parts.iter().map(|part| part.len()).sum();
                tables.strings.spend(length).map_err(DwarfError::Disproportionate)?;
                id = tables.strings.intern(&join(&parts));
                tables.strings.check().map_err(DwarfError::Disproportionate)?;
            }
        }
        self.known.insert(index, id);
        Ok(id)
    }
}

fn text<'a>(unit: UnitRef<'_, Slice<'a>>, value: AttributeValue<Slice<'a>>) -> gimli::Result<String> {
    unit.attr_string(value)?.to_string().map(str::to_owned)
}

/// Returns a path that is whole, without `.` and `..`.
pub fn joined(path: &str) -> String {
    join(&[path])
}

/// Joins path parts (an absolute one replaces those before it) and resolves `.` and `..` by text.
fn join(parts: &[&str]) -> String {
    let mut whole = String::new();
    for part in parts {
        if part.starts_with('/') {
            whole.clear();
        } else if !whole.is_empty() && !whole.ends_with('/') {
            whole.push('/');
        }
        whole.push_str(part);
    }
    // The standard library of a Windows target was compiled there; the prefixes are what rustc puts for a path of its own, where its
    // sources are installed (rust-src) and where not.
    if (whole.starts_with("/rustc/") || whole.contains("/lib/rustlib/src/rust/")) && whole.contains('\\') {
        whole = whole.replace('\\', "/");
    }
    let absolute = whole.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for segment in whole.split('/') {
        match segment {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            ".." if absolute => {}
            other => kept.push(other),
        }
    }
    let joined = kept.join("/");
    if absolute {
        format!("/{joined}")
    } else {
        joined
    }
}

/// Appends the line rows of a unit (DWARF 5, 6.2).
#[inline(never)]
pub fn collect(
    unit: UnitRef<'_, Slice<'_>>,
    sections: &Sections<'_>,
    first_section: u32,
    files: &mut Files,
    tables: &mut DwarfTables,
) -> Result<()> {
    let Some(program) = unit.line_program.clone() else { return Ok(()) };
    let mut rows = program.rows();
    // Section and made-up address of the sequence that is being read.
    let mut sequence: Option<(u32, u64)> = None;
    let mut last = (NONE, 0u32, 0u32);
    while let Some((_, row)) = rows.next_row()? {
        if sequence.is_none() {
            let Some((section, offset)) = sections.place(row.address(), row.end_sequence()) else {
                continue;
            };
            sequence = Some((first_section + section, row.address() - u64::from(offset)));
            last = (NONE, 0, 0);
        }
        let Some((section, base)) = sequence else { continue };
        let offset = row.address().saturating_sub(base) as u32;
        if row.end_sequence() {
            push_row(tables, section, offset, (NONE, 0, 0));
            sequence = None;
            continue;
        }
        let file = files.path(unit, row.file_index(), tables)?;
        let line = row.line().map_or(0, |line| line.get() as u32);
        let column = match row.column() {
            gimli::ColumnType::LeftEdge => 0,
            gimli::ColumnType::Column(column) => column.get() as u32,
        };
        if last != (file, line, column) {
            last = (file, line, column);
            push_row(tables, section, offset, last);
        }
    }
    Ok(())
}

/// Adds a row; its place is (file, line, column), file NONE where code ends.
pub fn push_row(tables: &mut DwarfTables, section: u32, offset: u32, (file, line, column): (u32, u32, u32)) {
    tables.row_section.push(section);
    tables.row_offset.push(offset);
    tables.row_file.push(file);
    tables.row_line.push(line);
    tables.row_column.push(column);
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn paths_are_made_absolute_and_normal() {
        assert_eq!(join(&["/w", "src/../lib", "./a.rs"]), "/w/lib/a.rs");
        assert_eq!(join(&["/w", "/rustc/x", "a.rs"]), "/rustc/x/a.rs");
        assert_eq!(join(&["/w", "..", "../../a.rs"]), "/a.rs");
        assert_eq!(join(&["", "../x", "a.rs"]), "../x/a.rs");
        assert_eq!(join(&["/w", "/rustc/x", "library\\std\\src\\fs.rs"]), "/rustc/x/library/std/src/fs.rs");
        let installed = "/t/lib/rustlib/src/rust/";
        assert_eq!(join(&["/w", installed, "library\\std\\src\\fs.rs"]), "/t/lib/rustlib/src/rust/library/std/src/fs.rs");
        assert_eq!(join(&["/w", "a\\b.rs"]), "/w/a\\b.rs");
    }
}
