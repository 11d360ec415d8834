use artifact::{ExtractError, Strings, NONE};
use object::elf;
use object::read::elf::{FileHeader, Sym};
use object::read::SymbolIndex;
use object::Endianness;

/// The symbols that a linker kept: the defined symbols of a linked file, of all bindings, in table order.
#[derive(Default)]
pub struct LinkedSymbols {
    pub strings: Strings,
    pub name: Vec<u32>,
    /// The STT_FILE above a local symbol; NONE for others.
    pub file: Vec<u32>,
}

/// Reads the symbol table of an executable or shared object. A stripped one has no symbols.
pub fn linked_symbols(data: &[u8]) -> Result<LinkedSymbols, ExtractError> {
    if data.len() >= u32::MAX as usize {
        return Err(ExtractError::new("", "larger than 4 GiB"));
    }
    if !data.starts_with(&elf::ELFMAG) {
        return Err(ExtractError::new("", "not an ELF file"));
    }
    match data.get(4).copied() {
        Some(elf::ELFCLASS64) => collect::<elf::FileHeader64<Endianness>>(data),
        Some(elf::ELFCLASS32) => collect::<elf::FileHeader32<Endianness>>(data),
        _ => Err(ExtractError::new("", "unknown ELF class")),
    }
}

fn collect<Elf: FileHeader<Endian = Endianness>>(data: &[u8]) -> Result<LinkedSymbols, ExtractError> {
    let fail = |reason: &dyn std::fmt::Display| ExtractError::new("", reason);
    let header = Elf::parse(data).map_err(|e| fail(&e))?;
    let endian = header.endian().map_err(|e| fail(&e))?;
    if !matches!(header.e_type(endian), elf::ET_EXEC | elf::ET_DYN) {
        return Err(fail(&"neither an executable nor a shared object"));
    }
    let sections = header.sections(endian, data).map_err(|e| fail(&e))?;
    let symbols = sections.symbols(endian, data, elf::SHT_SYMTAB).map_err(|e| fail(&e))?;
    let mut tables = LinkedSymbols { strings: Strings::for_input(data.len()), ..LinkedSymbols::default() };
    let mut file = NONE;
    for (index, symbol) in symbols.enumerate() {
        if index == SymbolIndex(0) || symbol.st_type() == elf::STT_SECTION {
            continue;
        }
        let name = symbols.symbol_name(endian, symbol).map_err(|e| fail(&e))?;
        let mut id = NONE;
        if !name.is_empty() {
            id = tables.strings.intern(&artifact::as_text(name));
            tables.strings.check().map_err(|reason| fail(&reason))?;
        }
        if symbol.st_type() == elf::STT_FILE {
            file = id;
            continue;
        }
        if id == NONE || symbol.is_undefined(endian) {
            continue;
        }
        tables.name.push(id);
        tables.file.push(if symbol.st_bind() == elf::STB_LOCAL { file } else { NONE });
    }
    Ok(tables)
}
