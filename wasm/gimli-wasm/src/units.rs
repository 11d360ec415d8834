use crate::budget::{Budget, Budgets, Result};
use crate::lines::{self, Files, Slice};
use crate::names::{name_rows, Debug, Row, Scope, Subprogram};
use crate::sections::Sections;
use crate::tables::DwarfTables;
use artifact::NONE;
use gimli::{AttributeValue, Reader, DebugAbbrevOffset, DebugInfoOffset, RunTimeEndian, UnitRef, UnitSectionOffset};
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Default)]
struct Attributes<'a> {
    linkage: Option<&'a [u8]>,
    name: Option<&'a [u8]>,
    origin: Option<usize>,
    low: Option<u64>,
    high: Option<u64>,
    high_is_size: bool,
    ranges: Option<AttributeValue<Slice<'a>>>,
    file: u64,
    line: u32,
    call_file: Option<u64>,
    call_line: u32,
    call_column: u32,
    address: Option<u64>,
}

impl<'a> Attributes<'a> {
    /// Returns the subprogram of the entry at `offset`.
    fn declared(&self, offset: usize, scope: u32, file: u32) -> Subprogram<'a> {
        let Attributes { linkage, name, line, origin, .. } = *self;
        Subprogram { offset, linkage, name, scope, file, line, origin }
    }
}

/// Appends line rows, functions, inlined calls and statics of one member.
pub fn collect(sections: &Sections<'_>, first_section: u32, tables: &mut DwarfTables) -> Result<()> {
    let endian = if sections.little_endian { RunTimeEndian::Little } else { RunTimeEndian::Big };
    let dwarf = gimli::Dwarf::load(|id| Ok::<_, gimli::Error>(Slice::new(sections.get(id.name()), endian)))?;
    let mut debug = Debug::default();
    let size = |name: &str| sections.get(name).len() as u64;
    let mut budgets = Budgets {
        lines: Budget::new(size(".debug_line"), "line programs overlap"),
        ranges: Budget::new(4 * (size(".debug_ranges") + size(".debug_rnglists")) + 4096, "range lists overlap"),
        attributes: Budget::new(16 * size(".debug_info") + 4096, "entries have too many attributes"),
    };
    let mut abbreviations = AbbreviationTables::new(&dwarf, sections.get(".debug_abbrev"), endian)?;
    let mut headers = dwarf.units();
    while let Some(header) = headers.next()? {
        let table = abbreviations.get(header.debug_abbrev_offset())?;
        spend_on_root(&header, &table, sections.get(".debug_line"), endian, &mut budgets)?;
        let unit = gimli::Unit::new_with_abbreviations(&dwarf, header, table)?;
        let unit = unit.unit_ref(&dwarf);
        let mut files = Files::default();
        lines::collect(unit, sections, first_section, &mut files, tables)?;
        entries(unit, sections, first_section, &mut files, &mut debug, &mut budgets, tables)?;
    }
    name_rows(&debug, tables)
}

/// Charges the budgets for opening a unit: the attributes of its first entry, and the line program that it names.
#[inline(never)]
fn spend_on_root(
    header: &gimli::UnitHeader<Slice<'_>>,
    abbreviations: &gimli::Abbreviations,
    lines: &[u8],
    endian: RunTimeEndian,
    budgets: &mut Budgets,
) -> Result<()> {
    let mut raw = header.entries_raw(abbreviations, None)?;
    let Some(abbreviation) = raw.read_abbreviation()? else { return Ok(()) };
    budgets.attributes.spend(abbreviation.attributes().len() as u64)?;
    for specification in abbreviation.attributes() {
        let attribute = raw.read_attribute(*specification)?;
        if let (gimli::DW_AT_stmt_list, AttributeValue::DebugLineRef(offset)) = (attribute.name(), attribute.value()) {
            let mut program = Slice::new(lines.get(offset.0..).unwrap_or_default(), endian);
            let (length, _) = program.read_initial_length()?;
            budgets.lines.spend(length as u64)?;
        }
    }
    Ok(())
}

/// Abbreviation tables, each parsed once and only to the start of the next: otherwise overlapping tables
/// would be read once for each unit.
struct AbbreviationTables<'a> {
    section: &'a [u8],
    endian: RunTimeEndian,
    /// Offsets of the tables, ascending.
    starts: Vec<usize>,
    parsed: HashMap<usize, Arc<gimli::Abbreviations>>,
}

impl<'a> AbbreviationTables<'a> {
    #[inline(never)]
    fn new(dwarf: &gimli::Dwarf<Slice<'a>>, section: &'a [u8], endian: RunTimeEndian) -> Result<Self> {
        let mut starts = Vec::new();
        let mut headers = dwarf.units();
        while let Some(header) = headers.next()? {
            starts.push(header.debug_abbrev_offset().0);
        }
        starts.sort_unstable();
        starts.dedup();
        Ok(AbbreviationTables { section, endian, starts, parsed: HashMap::new() })
    }

    #[inline(never)]
    fn get(&mut self, offset: DebugAbbrevOffset) -> Result<Arc<gimli::Abbreviations>> {
        if let Some(known) = self.parsed.get(&offset.0) {
            return Ok(known.clone());
        }
        let after = self.starts.partition_point(|&start| start <= offset.0);
        let end = self.starts.get(after).copied().unwrap_or(usize::MAX).min(self.section.len());
        let table = Arc::new(
            gimli::DebugAbbrev::new(&self.section[..end], self.endian).abbreviations(offset)?,
        );
        self.parsed.insert(offset.0, table.clone());
        Ok(table)
    }
}

struct Open {
    depth: isize,
    scope: u32,
    /// Row of the innermost inlined call; `inlined_depth` is the number of calls that enclose this entry.
    inlined: u32,
    inlined_depth: u32,
}

#[inline(never)]
fn entries<'a>(
    unit: UnitRef<'_, Slice<'a>>,
    sections: &Sections<'_>,
    first_section: u32,
    files: &mut Files,
    debug: &mut Debug<'a>,
    budgets: &mut Budgets,
    tables: &mut DwarfTables,
) -> Result<()> {
    let mut open: Vec<Open> = vec![Open { depth: -1, scope: NONE, inlined: NONE, inlined_depth: 0 }];
    let mut raw = unit.entries_raw(None)?;
    while !raw.is_empty() {
        let depth = raw.next_depth();
        let offset = raw.next_offset();
        let Some(abbreviation) = raw.read_abbreviation()? else { continue };
        while open.len() > 1 && open.last().is_some_and(|o| o.depth >= depth) {
            open.pop();
        }
        let (scope, inlined, inlined_depth) =
            open.last().map_or((NONE, NONE, 0), |o| (o.scope, o.inlined, o.inlined_depth));
        budgets.attributes.spend(abbreviation.attributes().len() as u64)?;
        let tag = abbreviation.tag();
        let of_interest = matches!(
            tag,
            gimli::DW_TAG_namespace
                | gimli::DW_TAG_module
                | gimli::DW_TAG_structure_type
                | gimli::DW_TAG_class_type
                | gimli::DW_TAG_union_type
                | gimli::DW_TAG_enumeration_type
                | gimli::DW_TAG_subprogram
                | gimli::DW_TAG_inlined_subroutine
                | gimli::DW_TAG_variable
        );
        if !of_interest {
            raw.skip_attributes(abbreviation.attributes())?;
            continue;
        }
        let mut found = Attributes::default();
        for specification in abbreviation.attributes() {
            let attribute = raw.read_attribute(*specification)?;
            read(unit, attribute.name(), attribute.value(), &mut found)?;
        }
        match tag {
            gimli::DW_TAG_subprogram => {
                let entry = section_offset(unit, offset.0);
                let file = if found.line > 0 { files.path(unit, found.file, tables)? } else { NONE };
                debug.subprograms.push(found.declared(entry, scope, file));
                for (section, start, end) in ranges(unit, sections, &found, &mut budgets.ranges)? {
                    debug.unnamed.push((Row::Function(tables.function_section.len()), entry));
                    tables.function_section.push(first_section + section);
                    tables.function_start.push(start);
                    tables.function_end.push(end);
                    tables.function_linkage.push(NONE);
                    tables.function_qualified.push(NONE);
                    tables.function_file.push(NONE);
                    tables.function_line.push(0);
                }
                // A function starts a new nest of inlined calls; its items are named below its path.
                open.push(Open { depth, scope, inlined: NONE, inlined_depth: 0 });
            }
            gimli::DW_TAG_inlined_subroutine => {
                let mut row = inlined;
                // Line 0 means a call merged from several: the file still identifies the owner.
                let call_file = match found.call_file {
                    Some(file) => files.path(unit, file, tables)?,
                    None => NONE,
                };
                for (i, (section, start, end)) in ranges(unit, sections, &found, &mut budgets.ranges)?.into_iter().enumerate() {
                    let this = tables.inlined_section.len();
                    if i == 0 {
                        row = this as u32;
                    }
                    if let Some(origin) = found.origin {
                        debug.unnamed.push((Row::Inlined(this), origin));
                    }
                    tables.inlined_section.push(first_section + section);
                    tables.inlined_start.push(start);
                    tables.inlined_end.push(end);
                    tables.inlined_parent.push(inlined);
                    tables.inlined_depth.push(inlined_depth);
                    tables.inlined_linkage.push(NONE);
                    tables.inlined_qualified.push(NONE);
                    tables.inlined_call_file.push(call_file);
                    tables.inlined_call_line.push(found.call_line);
                    tables.inlined_call_column.push(found.call_column);
                }
                open.push(Open { depth, scope, inlined: row, inlined_depth: inlined_depth + 1 });
            }
            gimli::DW_TAG_variable => {
                let Some((section, start)) = found.address.and_then(|a| sections.place(a, false)) else {
                    continue;
                };
                let entry = section_offset(unit, offset.0);
                let file = if found.line > 0 { files.path(unit, found.file, tables)? } else { NONE };
                debug.subprograms.push(found.declared(entry, scope, file));
                debug.unnamed.push((Row::Variable(tables.variable_section.len()), entry));
                tables.variable_section.push(first_section + section);
                tables.variable_offset.push(start);
                tables.variable_linkage.push(NONE);
                tables.variable_qualified.push(NONE);
                tables.variable_file.push(NONE);
                tables.variable_line.push(0);
            }
            _ => {
                let mut own = scope;
                if let Some(name) = found.name {
                    own = debug.scopes.len() as u32;
                    debug.scopes.push(Scope { name, parent: scope });
                }
                open.push(Open { depth, scope: own, inlined, inlined_depth });
            }
        }
    }
    Ok(())
}

fn section_offset(unit: UnitRef<'_, Slice<'_>>, offset: usize) -> usize {
    match unit.header.offset() {
        UnitSectionOffset::DebugInfoOffset(DebugInfoOffset(base)) => base + offset,
        UnitSectionOffset::DebugTypesOffset(base) => base.0 + offset,
    }
}

#[inline(never)]
fn read<'a>(
    unit: UnitRef<'_, Slice<'a>>,
    name: gimli::DwAt,
    value: AttributeValue<Slice<'a>>,
    found: &mut Attributes<'a>,
) -> gimli::Result<()> {
    let number = |value: &AttributeValue<Slice<'a>>| match value {
        AttributeValue::FileIndex(index) => *index,
        other => other.udata_value().unwrap_or(0),
    };
    match name {
        gimli::DW_AT_linkage_name | gimli::DW_AT_MIPS_linkage_name => {
            found.linkage = Some(unit.attr_string(value)?.slice());
        }
        gimli::DW_AT_name => found.name = Some(unit.attr_string(value)?.slice()),
        gimli::DW_AT_abstract_origin | gimli::DW_AT_specification => {
            found.origin = match value {
                AttributeValue::UnitRef(offset) => Some(section_offset(unit, offset.0)),
                AttributeValue::DebugInfoRef(offset) => Some(offset.0),
                _ => None,
            };
        }
        gimli::DW_AT_low_pc => found.low = unit.attr_address(value)?,
        gimli::DW_AT_high_pc => match value.udata_value() {
            Some(size) => {
                found.high = Some(size);
                found.high_is_size = true;
            }
            None => found.high = unit.attr_address(value)?,
        },
        gimli::DW_AT_ranges => found.ranges = Some(value),
        gimli::DW_AT_decl_file => found.file = number(&value),
        gimli::DW_AT_decl_line => found.line = number(&value) as u32,
        gimli::DW_AT_call_file => found.call_file = Some(number(&value)),
        gimli::DW_AT_call_line => found.call_line = number(&value) as u32,
        gimli::DW_AT_call_column => found.call_column = number(&value) as u32,
        gimli::DW_AT_location => {
            if let AttributeValue::Exprloc(expression) = value {
                let mut operations = expression.operations(unit.encoding());
                if let Ok(Some(gimli::Operation::Address { address })) = operations.next() {
                    found.address = Some(address);
                }
            }
        }
        _ => {}
    }
    Ok(())
}

#[inline(never)]
fn ranges<'a>(
    unit: UnitRef<'_, Slice<'a>>,
    sections: &Sections<'_>,
    found: &Attributes<'a>,
    budget: &mut Budget,
) -> Result<Vec<(u32, u32, u32)>> {
    let mut rows = Vec::new();
    let mut add = |begin: u64, end: u64| {
        let Some((section, start)) = sections.place(begin, false) else { return };
        let Some((end_section, end)) = sections.place(end, true) else { return };
        if section == end_section && start < end {
            rows.push((section, start, end));
        }
    };
    if let Some(value) = found.ranges {
        if let Some(offset) = unit.attr_ranges_offset(value)? {
            let mut list = unit.ranges(offset)?;
            // Entries without a range (bases, empty ones) count too.
            while let Some(entry) = list.next_raw()? {
                budget.spend(1)?;
                if let Some(range) = list.convert_raw(entry)? {
                    add(range.begin, range.end);
                }
            }
        }
    } else if let (Some(low), Some(high)) = (found.low, found.high) {
        add(low, if found.high_is_size { low.saturating_add(high) } else { high });
    }
    Ok(rows)
}
