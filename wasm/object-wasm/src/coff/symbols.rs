use artifact::{ExtractError, Strings};
use object::pe;
use object::read::coff::{CoffHeader, ImageSymbol};
use object::read::{StringTable, SymbolIndex};
use object::LittleEndian as LE;
use std::borrow::Cow;

/// What a row of the symbol table is.
pub enum Kind<'data> {
    /// A part of the row before it.
    Auxiliary,
    /// Debug info of old: blocks, ends of functions.
    Ignored,
    File(&'data [u8]),
    /// It stands for its section. `selection` and `associated` count for COMDAT sections.
    Section { selection: u8, associated: u32 },
    /// Undefined; where nothing defines it, the symbol with that index is meant.
    Weak { default: u32 },
    Plain,
}

/// A row of the symbol table, in either header's form.
pub struct Symbol<'data> {
    pub name: &'data [u8],
    pub value: u32,
    /// Counts from 1; 0 is undefined, below are `IMAGE_SYM_ABSOLUTE` and `IMAGE_SYM_DEBUG`.
    pub section: i32,
    pub class: u8,
    pub is_function: bool,
    pub kind: Kind<'data>,
}

impl Symbol<'_> {
    /// Does the link resolve its name?
    pub fn is_global(&self) -> bool {
        matches!(self.class, pe::IMAGE_SYM_CLASS_EXTERNAL | pe::IMAGE_SYM_CLASS_WEAK_EXTERNAL)
    }
}

/// Reads the symbol table, by index. `names` counts what is read of names.
#[inline(never)]
pub fn read<'data, Coff: CoffHeader>(
    name: &str,
    header: &Coff,
    data: &'data [u8],
    names: &mut Strings,
) -> Result<(Vec<Symbol<'data>>, StringTable<'data>), ExtractError> {
    let fail = |reason: &dyn std::fmt::Display| ExtractError::new(name, reason);
    let table = header.symbols(data).map_err(|e| fail(&e))?;
    if table.len() < header.number_of_symbols() as usize {
        return Err(fail(&format!("its header counts {} symbols and says no place of them", header.number_of_symbols())));
    }
    let strings = table.strings();
    let mut symbols = Vec::new();
    let mut auxiliary = 0u8;
    for index in 0..table.len() {
        let row = table.symbol(SymbolIndex(index)).map_err(|e| fail(&e))?;
        let mut symbol = Symbol {
            name: b"",
            value: row.value(),
            section: row.section_number(),
            class: row.storage_class(),
            is_function: row.derived_type() == pe::IMAGE_SYM_DTYPE_FUNCTION,
            kind: Kind::Auxiliary,
        };
        if auxiliary > 0 {
            auxiliary -= 1;
            symbols.push(symbol);
            continue;
        }
        auxiliary = row.number_of_aux_symbols();
        if index + usize::from(auxiliary) >= table.len() {
            return Err(fail(&format!("symbol {index} has rows beyond the table")));
        }
        let index = SymbolIndex(index);
        symbol.name = row.name(strings).map_err(|e| fail(&format!("symbol {}: {e}", index.0)))?;
        names.spend(symbol.name.len()).map_err(|e| fail(&e))?;
        symbol.kind = match symbol.class {
            pe::IMAGE_SYM_CLASS_FILE => Kind::File(table.aux_file_name(index, auxiliary).map_err(|e| fail(&e))?),
            pe::IMAGE_SYM_CLASS_SECTION => Kind::Section { selection: 0, associated: 0 },
            pe::IMAGE_SYM_CLASS_STATIC if auxiliary > 0 && row.typ() == 0 => {
                let section = table.aux_section(index).map_err(|e| fail(&e))?;
                let high = if Coff::is_type_bigobj() { u32::from(section.high_number.get(LE)) << 16 } else { 0 };
                Kind::Section { selection: section.selection, associated: high | u32::from(section.number.get(LE)) }
            }
            pe::IMAGE_SYM_CLASS_WEAK_EXTERNAL if auxiliary > 0 => {
                let weak = table.aux_weak_external(index).map_err(|e| fail(&e))?;
                Kind::Weak { default: weak.weak_default_sym_index.get(LE) }
            }
            pe::IMAGE_SYM_CLASS_EXTERNAL | pe::IMAGE_SYM_CLASS_STATIC | pe::IMAGE_SYM_CLASS_LABEL => Kind::Plain,
            pe::IMAGE_SYM_CLASS_WEAK_EXTERNAL => {
                return Err(fail(&format!("symbol {} is weak and does not say what it stands for", index.0)));
            }
            _ => Kind::Ignored,
        };
        if symbol.is_global() && symbol.name.is_empty() {
            return Err(fail(&format!("symbol {} is seen outside and has no name", index.0)));
        }
        symbols.push(symbol);
    }
    for (index, symbol) in symbols.iter().enumerate() {
        if let Kind::Weak { default } = symbol.kind {
            if matches!(symbols.get(default as usize).map(|of| &of.kind), None | Some(Kind::Auxiliary)) {
                return Err(fail(&format!("symbol {index} stands for symbol {default}, which is not there")));
            }
        }
    }
    Ok((symbols, strings))
}

const IMPORT: &[u8] = b"__imp_";
/// What LLVM puts in front of a name that gets no underscore.
const LITERAL: &[u8] = b"\x01";

/// Returns a name as a source has it: on 32-bit x86 C names begin with `_`, behind the mark of an import too. A name that has none there
/// is no C name, and is told from that of the source by LLVM's mark for such.
pub fn plain_name(machine: u16, name: &[u8]) -> Cow<'_, [u8]> {
    if machine != pe::IMAGE_FILE_MACHINE_I386 {
        return Cow::Borrowed(name);
    }
    match (name.strip_prefix(IMPORT), name) {
        (Some(rest), _) if !rest.is_empty() => Cow::Owned([IMPORT, &plain_name(machine, rest)].concat()),
        (_, [b'_', rest @ ..]) => Cow::Borrowed(rest),
        // C++ of Microsoft's, `__fastcall` and `__vectorcall`, and what compilers invent.
        (_, [b'?' | b'@' | b'.', ..]) => Cow::Borrowed(name),
        _ if name.windows(2).any(|pair| pair == b"@@") => Cow::Borrowed(name),
        _ => Cow::Owned([LITERAL, name].concat()),
    }
}

/// Returns NAME of `__imp_NAME`, the address of an import.
pub fn imported_name(machine: u16, name: &[u8]) -> Option<Cow<'_, [u8]>> {
    let rest = name.strip_prefix(IMPORT)?;
    (!rest.is_empty()).then(|| plain_name(machine, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::pe::{IMAGE_FILE_MACHINE_AMD64 as AMD64, IMAGE_FILE_MACHINE_I386 as I386};

    #[test]
    fn names_are_those_of_the_source() {
        let on = |machine, name: &str| String::from_utf8(plain_name(machine, name.as_bytes()).into_owned()).unwrap();
        for name in ["_exit", "_onexit", "_tls_used", "exit", "__imp__exit", "_RNvC1a1b"] {
            assert_eq!(on(AMD64, name), name);
            assert_eq!(on(I386, &format!("_{name}")), name);
        }
        assert_eq!(on(I386, "__imp___exit"), "__imp__exit");
        assert_eq!(on(I386, "__imp__CreateFileW@28"), "__imp_CreateFileW@28");
        // Of one machine, no two symbols have one name.
        assert_eq!(on(I386, "socket"), "\x01socket");
        assert_eq!(["?f@@YAHXZ", "@fast@4", "vector@@16"].map(|name| on(I386, name)), ["?f@@YAHXZ", "@fast@4", "vector@@16"]);
        assert_eq!(imported_name(I386, b"__imp___exit").unwrap(), &b"_exit"[..]);
        assert_eq!(imported_name(AMD64, b"__imp__exit").unwrap(), &b"_exit"[..]);
    }
}
