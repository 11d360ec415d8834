//! The names of entries: linkage names, names with their namespaces, and the places of their declarations.

use crate::budget::{DwarfError, Result};
use crate::tables::DwarfTables;
use artifact::{as_text, NONE};
use rustc_hash::FxHashMap;

/// Hops from an inlined call over abstract origins and specifications to a name.
const MAX_HOPS: usize = 8;
/// Bytes; longer than any name that a compiler writes.
const MAX_NAME: usize = 16 << 20;

/// A namespace or type that encloses declarations.
pub struct Scope<'a> {
    pub name: &'a [u8],
    pub parent: u32,
}

/// The attributes of one subprogram entry.
#[derive(Clone, Copy)]
pub struct Subprogram<'a> {
    pub offset: usize,
    pub linkage: Option<&'a [u8]>,
    pub name: Option<&'a [u8]>,
    pub scope: u32,
    pub file: u32,
    pub line: u32,
    pub origin: Option<usize>,
}

/// A row whose origin is looked up after all units were read.
pub enum Row {
    Function(usize),
    Inlined(usize),
    Variable(usize),
}

#[derive(Default)]
pub struct Debug<'a> {
    pub scopes: Vec<Scope<'a>>,
    /// Ascending by offset.
    pub subprograms: Vec<Subprogram<'a>>,
    /// Table row, and the offset of the entry that names it.
    pub unnamed: Vec<(Row, usize)>,
}

/// Names the rows that refer to an entry.
#[inline(never)]
pub fn name_rows(debug: &Debug<'_>, tables: &mut DwarfTables) -> Result<()> {
    let mut named_before: FxHashMap<usize, Named> = FxHashMap::default();
    for (row, entry) in &debug.unnamed {
        let named = match named_before.get(entry) {
            Some(&named) => named,
            None => {
                let named = name(debug, *entry, tables)?;
                named_before.insert(*entry, named);
                named
            }
        };
        match *row {
            Row::Function(row) => {
                tables.function_linkage[row] = named.linkage;
                tables.function_qualified[row] = named.qualified;
                tables.function_file[row] = named.file;
                tables.function_line[row] = named.line;
            }
            Row::Inlined(row) => {
                tables.inlined_linkage[row] = named.linkage;
                tables.inlined_qualified[row] = named.qualified;
            }
            Row::Variable(row) => {
                tables.variable_linkage[row] = named.linkage;
                tables.variable_qualified[row] = named.qualified;
                tables.variable_file[row] = named.file;
                tables.variable_line[row] = named.line;
            }
        }
    }
    Ok(())
}

/// The names and declaration of an entry, found through its origins: string ids, and the place.
#[derive(Clone, Copy)]
struct Named {
    linkage: u32,
    qualified: u32,
    file: u32,
    line: u32,
}

#[inline(never)]
fn name(debug: &Debug<'_>, entry: usize, tables: &mut DwarfTables) -> Result<Named> {
    let mut linkage = None;
    let mut named: Option<(&[u8], u32)> = None;
    let (mut file, mut line) = (NONE, 0);
    let mut at = Some(entry);
    for _ in 0..MAX_HOPS {
        let Some(offset) = at else { break };
        let Ok(index) = debug.subprograms.binary_search_by_key(&offset, |s| s.offset) else { break };
        let subprogram = &debug.subprograms[index];
        linkage = linkage.or(subprogram.linkage);
        named = match (named, subprogram.name) {
            // The scope of the declaration is part of the name: keep the last one seen.
            (_, Some(name)) => Some((name, subprogram.scope)),
            (named, None) => named.map(|(name, _)| (name, subprogram.scope)),
        };
        if line == 0 {
            (file, line) = (subprogram.file, subprogram.line);
        }
        at = subprogram.origin;
    }
    let is_v0 = linkage.is_some_and(|l| l.starts_with(b"_R"));
    let linkage_id = linkage.map_or(NONE, |l| tables.strings.intern(&as_text(l)));
    let qualified_id = match named {
        Some((name, scope)) if !is_v0 => {
            tables.strings.intern(&as_text(&qualified(debug, name, scope)?))
        }
        _ => NONE,
    };
    tables.strings.check().map_err(DwarfError::Disproportionate)?;
    Ok(Named { linkage: linkage_id, qualified: qualified_id, file, line })
}

fn qualified(debug: &Debug<'_>, name: &[u8], scope: u32) -> Result<Vec<u8>> {
    let mut parts = vec![name];
    let mut at = scope;
    while at != NONE && parts.len() < 64 {
        let scope = &debug.scopes[at as usize];
        parts.push(scope.name);
        at = scope.parent;
    }
    if parts.iter().map(|part| part.len()).sum::<usize>() > MAX_NAME {
        return Err(DwarfError::Disproportionate("a name of it is too long"));
    }
    parts.reverse();
    Ok(parts.join(&b"::"[..]))
}
