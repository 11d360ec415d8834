//! Debug sections of COFF. Relocations of debug info are offsets in a section (to other debug info) and addresses of code; their
//! addends stand in the bytes that they patch.

use crate::codeview::{CodeView, Symbols};
use crate::sections::{addend, patch, Sections};
use artifact::Strings;
use object::pe;
use object::read::coff::{CoffHeader, ImageSymbol, SectionTable, SymbolTable};
use object::read::SymbolIndex;
use object::LittleEndian as LE;
use std::borrow::Cow;

/// Reads one COFF file. `names` counts what is read of names.
pub fn sections<'data>(data: &'data [u8], names: &mut Strings) -> Result<Sections<'data>, String> {
    if artifact::is_bigobj(data) {
        return load::<pe::AnonObjectHeaderBigobj>(data, names);
    }
    if data.starts_with(&[0, 0, 0xff, 0xff]) {
        // A short import object has no sections, and the row in which object-wasm has what it imports.
        return Ok(Sections::new(1, true));
    }
    load::<pe::ImageFileHeader>(data, names)
}

/// A place in debug info that a relocation makes lead to a place in code or data.
#[derive(Clone, Copy)]
pub struct Located {
    pub offset: u32,
    /// Row of the section, and the offset in it.
    pub section: u32,
    pub value: u32,
    /// Has the symbol that it names a name of rustc's (v0)?
    pub is_v0: bool,
}

/// Returns the CodeView of a COFF file.
pub fn code_view(data: &[u8]) -> Result<CodeView<'_>, String> {
    if artifact::is_bigobj(data) {
        return read_code_view::<pe::AnonObjectHeaderBigobj>(data);
    }
    if data.starts_with(&[0, 0, 0xff, 0xff]) {
        return Ok(CodeView::default());
    }
    read_code_view::<pe::ImageFileHeader>(data)
}

#[inline(never)]
fn read_code_view<Coff: CoffHeader>(data: &[u8]) -> Result<CodeView<'_>, String> {
    let text = |e: object::Error| e.to_string();
    let mut offset = 0;
    let header = Coff::parse(data, &mut offset).map_err(text)?;
    let table: SectionTable<'_> = header.sections(data, offset).map_err(text)?;
    let symbols: SymbolTable<'_, &[u8], Coff> = header.symbols(data).map_err(text)?;
    let behind_symbols = header.pointer_to_symbol_table() as usize + symbols.len() * size_of::<Coff::ImageSymbol>();
    let strings = data.get(behind_symbols..).unwrap_or_default();
    let mut info = CodeView::default();
    let mut claimed = 0u64;
    for section in table.iter() {
        let name = section.name(symbols.strings()).map_err(text)?;
        if name != b".debug$S" && name != b".debug$T" {
            continue;
        }
        let content = section.coff_data(data).map_err(|()| "debug info lies outside the file")?;
        let relocations = section.coff_relocations(data).map_err(text)?;
        // Sections of an object never share bytes; see object-wasm.
        claimed += content.len() as u64 + 10 * relocations.len() as u64;
        if claimed > data.len() as u64 {
            return Err("its sections overlap".to_string());
        }
        if name == b".debug$T" {
            info.types.push(content);
            continue;
        }
        let mut located = Vec::new();
        for relocation in relocations {
            // The others name the section alone.
            let Some((4, false)) = kind_of(header.machine(), relocation.typ.get(LE)).unwrap_or(None) else { continue };
            let at = relocation.virtual_address.get(LE);
            let symbol = symbols.symbol(SymbolIndex(relocation.symbol_table_index.get(LE) as usize)).map_err(text)?;
            let Some(of) = symbol.section().filter(|of| of.0 <= table.len()) else { continue };
            let value = i64::from(symbol.value()).saturating_add(addend(content, at.into(), 4)?);
            let size = table.section(of).map_err(text)?.size_of_raw_data.get(LE);
            let Some(value) = u32::try_from(value).ok().filter(|&value| value < size) else { continue };
            let is_v0 = begins_with(symbol, strings, b"_R");
            located.push(Located { offset: at, section: of.0 as u32, value, is_v0 });
        }
        located.sort_by_key(|located| located.offset);
        info.symbols.push(Symbols { content, located });
    }
    Ok(info)
}

/// Returns how a symbol's name begins, without reading to its end: many relocations may name one long text.
fn begins_with(symbol: &impl ImageSymbol, strings: &[u8], prefix: &[u8]) -> bool {
    match *symbol.raw_name() {
        [0, _, _, _, a, b, c, d] => {
            strings.get(u32::from_le_bytes([a, b, c, d]) as usize..).is_some_and(|name| name.starts_with(prefix))
        }
        ref name => name.starts_with(prefix),
    }
}

#[inline(never)]
fn load<'data, Coff: CoffHeader>(data: &'data [u8], names: &mut Strings) -> Result<Sections<'data>, String> {
    let text = |e: object::Error| e.to_string();
    let mut offset = 0;
    let header = Coff::parse(data, &mut offset).map_err(text)?;
    let table: SectionTable<'_> = header.sections(data, offset).map_err(text)?;
    let symbols: SymbolTable<'data, &[u8], Coff> = header.symbols(data).map_err(text)?;
    let mut sections = Sections::new(table.len() + 1, true);
    let mut address_of = vec![0u64; table.len() + 1];
    let mut debug = Vec::new();
    for (index, section) in table.enumerate() {
        let name = section.name(symbols.strings()).map_err(text)?;
        names.spend(name.len())?;
        if name.starts_with(b".zdebug_") {
            return Err("its debug info is compressed in a way that is not supported".to_string());
        }
        match name.strip_prefix(b".debug_") {
            Some(rest) => debug.push((section, format!(".debug_{}", String::from_utf8_lossy(rest)))),
            None => address_of[index.0] = sections.load(index.0, section.size_of_raw_data.get(LE).into())?,
        }
    }
    let mut claimed = 0u64;
    for (section, name) in debug {
        let stored = section.coff_data(data).map_err(|()| format!("{name} lies outside the file"))?;
        let relocations = section.coff_relocations(data).map_err(text)?;
        // Sections of an object never share bytes; see object-wasm.
        claimed += stored.len() as u64 + 10 * relocations.len() as u64;
        if claimed > data.len() as u64 {
            return Err("its sections overlap".to_string());
        }
        let mut content = Cow::Borrowed(stored);
        for relocation in relocations {
            let Some((width, is_address)) = kind_of(header.machine(), relocation.typ.get(LE))? else { continue };
            let at = relocation.virtual_address.get(LE).into();
            let symbol = symbols.symbol(SymbolIndex(relocation.symbol_table_index.get(LE) as usize)).map_err(text)?;
            let mut value = u64::from(symbol.value());
            if let (true, Some(section)) = (is_address, symbol.section()) {
                value += address_of.get(section.0).ok_or("symbol in a section that is not there")?;
            }
            let value = value.wrapping_add(addend(stored, at, width)? as u64);
            patch(content.to_mut(), at, width, value, true)?;
        }
        sections.add(name, content);
    }
    Ok(sections)
}

/// Returns how many bytes a relocation patches, and whether it is an address; `None` for those that are neither.
fn kind_of(machine: u16, kind: u16) -> Result<Option<(usize, bool)>, String> {
    match (machine, kind) {
        (pe::IMAGE_FILE_MACHINE_AMD64, pe::IMAGE_REL_AMD64_ADDR64) => Ok(Some((8, true))),
        (pe::IMAGE_FILE_MACHINE_AMD64, pe::IMAGE_REL_AMD64_ADDR32) => Ok(Some((4, true))),
        (pe::IMAGE_FILE_MACHINE_AMD64, pe::IMAGE_REL_AMD64_SECREL) => Ok(Some((4, false))),
        (pe::IMAGE_FILE_MACHINE_AMD64, pe::IMAGE_REL_AMD64_ABSOLUTE) => Ok(None),
        (pe::IMAGE_FILE_MACHINE_I386, pe::IMAGE_REL_I386_DIR32) => Ok(Some((4, true))),
        (pe::IMAGE_FILE_MACHINE_I386, pe::IMAGE_REL_I386_SECREL) => Ok(Some((4, false))),
        (pe::IMAGE_FILE_MACHINE_I386, pe::IMAGE_REL_I386_ABSOLUTE) => Ok(None),
        (pe::IMAGE_FILE_MACHINE_ARM64, pe::IMAGE_REL_ARM64_ADDR64) => Ok(Some((8, true))),
        (pe::IMAGE_FILE_MACHINE_ARM64, pe::IMAGE_REL_ARM64_ADDR32) => Ok(Some((4, true))),
        (pe::IMAGE_FILE_MACHINE_ARM64, pe::IMAGE_REL_ARM64_SECREL) => Ok(Some((4, false))),
        (pe::IMAGE_FILE_MACHINE_ARM64, pe::IMAGE_REL_ARM64_ABSOLUTE) => Ok(None),
        _ => Err(format!("relocation kind {kind} of COFF machine {machine:#x} is not known in debug info")),
    }
}
