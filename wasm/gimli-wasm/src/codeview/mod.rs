//! CodeView, the debug info of msvc's objects (Microsoft's `cvinfo.h`, and LLVM's "CodeView Symbol Records"): line tables, inlined
//! calls, and the names of functions. The published crate for it has the records and not the line tables, and some twenty
//! dependencies; this reads the few kinds that places need, within the bounds that all parsers here keep.

mod annotations;
mod read;
mod tables;

use crate::coff::Located;
use crate::lines::push_row;
use crate::tables::DwarfTables;
use annotations::Segment;
use artifact::{as_text, NONE};
use read::{Cursor, Result, CUT};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use tables::{Shared, Site};

/// A section `.debug$S` with what its relocations to code lead to, by ascending offset.
pub struct Symbols<'data> {
    pub content: &'data [u8],
    pub located: Vec<Located>,
}

/// The CodeView of a member.
#[derive(Default)]
pub struct CodeView<'data> {
    pub symbols: Vec<Symbols<'data>>,
    /// Sections `.debug$T`.
    pub types: Vec<&'data [u8]>,
}

const SIGNATURE: u32 = 4;
const SYMBOLS: u32 = 0xf1;
const LINES: u32 = 0xf2;
const S_GPROC32: u16 = 0x1110;
const S_LPROC32: u16 = 0x110f;
const S_GPROC32_ID: u16 = 0x1147;
const S_LPROC32_ID: u16 = 0x1146;
const S_INLINESITE: u16 = 0x114d;
const S_INLINESITE_END: u16 = 0x114e;
/// Inlined calls nested deeper than this are taken for damage.
const MAX_DEPTH: usize = 4096;

/// A function with code.
struct Function<'data> {
    at: Located,
    size: u32,
    name: &'data [u8],
    /// By offset in the function, outside of inlined calls.
    lines: Vec<Segment>,
    /// Each after the one that it is inlined into.
    sites: Vec<Site<'data>>,
}

/// Appends line rows, functions and inlined calls of one member.
#[inline(never)]
pub fn collect(info: &CodeView<'_>, first_section: u32, tables: &mut DwarfTables) -> Result<()> {
    if info.symbols.is_empty() {
        return Ok(());
    }
    let mut shared = Shared::read(info)?;
    for section in &info.symbols {
        let mut functions: Vec<Function<'_>> = Vec::new();
        let parts = subsections(section.content)?;
        for &(kind, start, content) in &parts {
            if kind == SYMBOLS {
                procedures(section, start, content, &mut functions)?;
            }
        }
        let by_place: FxHashMap<(u32, u32), usize> =
            functions.iter().enumerate().map(|(index, function)| ((function.at.section, function.at.value), index)).collect();
        for &(kind, start, content) in &parts {
            let function = located(section, start).and_then(|at| by_place.get(&(at.section, at.value)));
            if let (LINES, Some(&function)) = (kind, function) {
                functions[function].lines = lines(content)?;
            }
        }
        for function in &functions {
            rows(function, first_section, &mut shared, tables)?;
        }
        tables.strings.check()?;
    }
    Ok(())
}

/// Returns the parts of a section: kind, place, content. A section of an older form has none.
fn subsections(section: &[u8]) -> Result<Vec<(u32, usize, &[u8])>> {
    let mut parts = Vec::new();
    let mut cursor = Cursor::new(section);
    if section.is_empty() || cursor.u32()? != SIGNATURE {
        return Ok(parts);
    }
    while !cursor.is_empty() {
        let (kind, length) = (cursor.u32()?, cursor.u32()? as usize);
        let start = cursor.at();
        parts.push((kind, start, cursor.bytes(length)?));
        cursor.align();
    }
    Ok(parts)
}

fn located<'data>(section: &Symbols<'data>, offset: usize) -> Option<Located> {
    let index = section.located.binary_search_by_key(&offset, |located| located.offset as usize).ok()?;
    Some(section.located[index])
}

/// Reads procedures and the calls that were inlined into them.
#[inline(never)]
fn procedures<'data>(section: &Symbols<'data>, start: usize, content: &'data [u8], functions: &mut Vec<Function<'data>>) -> Result<()> {
    let mut cursor = Cursor::new(content);
    // Sites that are open, of the last function.
    let mut open: Vec<u32> = Vec::new();
    let mut is_known = false;
    while cursor.left() >= 4 {
        let length = usize::from(cursor.u16()?);
        let at = cursor.at();
        let mut record = Cursor::new(cursor.bytes(length)?);
        match record.u16()? {
            S_GPROC32 | S_LPROC32 | S_GPROC32_ID | S_LPROC32_ID => {
                open.clear();
                record.skip(12)?;
                let size = record.u32()?;
                record.skip(12)?;
                let place = located(section, start + at + record.at());
                record.skip(7)?;
                is_known = place.is_some();
                if let Some(at) = place {
                    functions.push(Function { at, size, name: record.text()?, lines: Vec::new(), sites: Vec::new() });
                }
            }
            S_INLINESITE => {
                record.skip(8)?;
                let inlinee = record.u32()?;
                if open.len() == MAX_DEPTH {
                    return Err("inlined calls are nested too deep");
                }
                let parent = open.last().copied().unwrap_or(NONE);
                match functions.last_mut().filter(|_| is_known) {
                    Some(function) => {
                        let depth = open.len() as u32;
                        open.push(function.sites.len() as u32);
                        function.sites.push(Site { inlinee, parent, depth, annotations: record.rest() });
                    }
                    None => open.push(NONE),
                }
            }
            S_INLINESITE_END => _ = open.pop(),
            _ => {}
        }
    }
    Ok(())
}

/// Reads the line table of a function (`CV_DebugSLinesHeader_t`).
#[inline(never)]
fn lines(content: &[u8]) -> Result<Vec<Segment>> {
    let mut cursor = Cursor::new(content);
    cursor.skip(6)?;
    let has_columns = cursor.u16()? & 1 != 0;
    let size = cursor.u32()?;
    let mut rows: Vec<Segment> = Vec::new();
    while !cursor.is_empty() {
        let (file, count, length) = (cursor.u32()?, cursor.u32()? as usize, cursor.u32()? as usize);
        let mut block = Cursor::new(cursor.bytes(length.checked_sub(12).ok_or(CUT)?)?);
        let entries = block.bytes(count.checked_mul(8).ok_or(CUT)?)?;
        for (entry, numbers) in entries.chunks_exact(8).enumerate() {
            let word = |at: usize| u32::from_le_bytes([numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]]);
            let column = match block.peek(entry * 4) {
                Some(column) if has_columns => column,
                _ => 0,
            };
            // Line numbers above this mean: step over, step into.
            let line = match word(4) & 0x00ff_ffff {
                0x00fe_efee.. => 0,
                line => line,
            };
            rows.push(Segment { start: word(0), end: size, file, line, column: column.into() });
        }
    }
    rows.sort_by_key(|row| row.start);
    for row in (1..rows.len()).rev() {
        rows[row - 1].end = rows[row].start;
    }
    Ok(rows)
}

/// Appends what is known of a function.
#[inline(never)]
fn rows(function: &Function<'_>, first_section: u32, shared: &mut Shared<'_>, tables: &mut DwarfTables) -> Result<()> {
    let section = first_section + function.at.section;
    let base = function.at.value;
    let end = base.checked_add(function.size).ok_or(CUT)?;
    let is_v0 = function.at.is_v0;
    let name = if is_v0 { NONE } else { tables.strings.intern(&as_text(function.name)) };
    tables.strings.check()?;
    let first = function.lines.first();
    let file = first.map_or(Ok(NONE), |row| shared.file(row.file, tables))?;
    tables.function_section.push(section);
    tables.function_start.push(base);
    tables.function_end.push(end);
    tables.function_linkage.push(NONE);
    tables.function_qualified.push(name);
    tables.function_file.push(file);
    tables.function_line.push(first.map_or(0, |row| row.line));

    let mut sites: Vec<Vec<Segment>> = Vec::with_capacity(function.sites.len());
    let mut first_row: Vec<u32> = Vec::with_capacity(function.sites.len());
    for site in &function.sites {
        let segments = annotations::segments(site.annotations, shared.inlinee(site.inlinee))?;
        let around = if site.parent == NONE { &function.lines } else { &sites[site.parent as usize] };
        // The lines of a function say, within what was inlined, where it was called.
        let call = segments.first().and_then(|inner| {
            let after = around.partition_point(|outer| outer.start <= inner.start);
            Some(around[after.checked_sub(1)?])
        });
        let call_file = call.map_or(Ok(NONE), |call| shared.file(call.file, tables))?;
        let name = shared.name(site.inlinee, tables)?;
        let around = if site.parent == NONE { NONE } else { first_row[site.parent as usize] };
        let row = tables.inlined_section.len() as u32;
        for range in annotations::ranges(&segments) {
            let range = (base.saturating_add(range.0), base.saturating_add(range.1).min(end));
            if range.0 >= range.1 {
                return Err("an inlined call lies outside of its function");
            }
            tables.inlined_section.push(section);
            tables.inlined_start.push(range.0);
            tables.inlined_end.push(range.1);
            tables.inlined_parent.push(around);
            tables.inlined_depth.push(site.depth);
            tables.inlined_linkage.push(NONE);
            tables.inlined_qualified.push(name);
            tables.inlined_call_file.push(call_file);
            tables.inlined_call_line.push(call.map_or(0, |call| call.line));
            tables.inlined_call_column.push(call.map_or(0, |call| call.column));
        }
        // Without a row, what is inlined into it names the call around it.
        first_row.push(if row < tables.inlined_section.len() as u32 { row } else { around });
        sites.push(segments);
    }
    line_rows(function, &sites, (section, base, end), shared, tables)
}

/// Appends the line rows of a function: at each place those of the innermost call that covers it.
fn line_rows(
    function: &Function<'_>,
    sites: &[Vec<Segment>],
    (section, base, end): (u32, u32, u32),
    shared: &mut Shared<'_>,
    tables: &mut DwarfTables,
) -> Result<()> {
    let own = function.lines.iter().map(|segment| (0, segment));
    let inner = function.sites.iter().zip(sites).flat_map(|(site, segments)| segments.iter().map(|segment| (site.depth + 1, segment)));
    let mut segments: Vec<(u32, Segment)> = own.chain(inner).map(|(depth, segment)| (depth, *segment)).collect();
    segments.sort_by_key(|(depth, segment)| (segment.start, *depth));
    let mut places: Vec<u32> = segments.iter().flat_map(|(_, segment)| [segment.start, segment.end]).collect();
    places.sort_unstable();
    places.dedup();
    let mut active: BinaryHeap<(u32, Reverse<usize>)> = BinaryHeap::new();
    let mut next = 0;
    let mut last = None;
    for place in places {
        while let Some((depth, segment)) = segments.get(next).filter(|(_, segment)| segment.start <= place) {
            if segment.end > segment.start {
                active.push((*depth, Reverse(next)));
            }
            next += 1;
        }
        while active.peek().is_some_and(|&(_, Reverse(index))| segments[index].1.end <= place) {
            active.pop();
        }
        let now = match active.peek() {
            Some(&(_, Reverse(index))) => {
                let Segment { file, line, column, .. } = segments[index].1;
                (shared.file(file, tables)?, line, column)
            }
            None => (NONE, 0, 0),
        };
        let offset = base.saturating_add(place);
        if offset < end && last != Some(now) {
            push_row(tables, section, offset, now);
            last = Some(now);
        }
    }
    if last.is_some() {
        push_row(tables, section, end, (NONE, 0, 0));
    }
    Ok(())
}
