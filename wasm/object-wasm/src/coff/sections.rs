use super::directives::{self, Directives};
use super::symbols::Symbol;
use super::Object;
use crate::nodes::is_c_identifier;
use crate::tables::{section_flag, ObjectTables, SectionRow};
use artifact::{ExtractError, NONE};
use object::pe;
use object::read::coff::SectionTable;
use object::read::StringTable;
use object::LittleEndian as LE;

/// Names before `$` whose sections a linker merges in the order of what follows it, and nobody walks from mark to mark.
const MERGED: [&[u8]; 12] =
    [b".text", b".rdata", b".data", b".bss", b".xdata", b".pdata", b".idata", b".edata", b".tls", b".rsrc", b".debug", b".eh_frame"];

/// Sections that compilers make themselves, for what has no section of its own.
const PLAIN: [&[u8]; 5] = [b".text", b".rdata", b".data", b".bss", b".tls"];

/// Tables of how functions are unwound, in DWARF's form: they follow these. What Windows itself reads refers to nothing else.
const UNWIND: [&[u8]; 2] = [b".eh_frame", b".gcc_except_table"];

/// Pushes row 0 and a row for each section; returns their names, and what `.drectve` says.
#[inline(never)]
pub fn collect<'data>(
    name: &str,
    data: &'data [u8],
    machine: u16,
    sections: &SectionTable<'data>,
    strings: StringTable<'data>,
    tables: &mut ObjectTables,
) -> Result<(Vec<&'data [u8]>, Directives), ExtractError> {
    let fail = |reason: &dyn std::fmt::Display| ExtractError::new(name, reason);
    let mut names: Vec<&[u8]> = vec![b""];
    let mut said = Directives::default();
    let mut claimed = 0u64;
    tables.push_section(SectionRow { name: NONE, is_frame: false, flags: 0, size: 0 });
    for (index, section) in sections.enumerate() {
        let text = section.name(strings).map_err(|e| fail(&e))?;
        tables.strings.spend(text.len()).map_err(|e| fail(&e))?;
        if std::str::from_utf8(text).is_err() {
            return Err(fail(&format!("name of section {} is not UTF-8", index.0)));
        }
        if text.starts_with(b".gnu.lto_") {
            return Err(fail(&"it holds GCC's intermediate code, which the linker compiles in place of what can be read (-flto)"));
        }
        let size = section.size_of_raw_data.get(LE);
        let content = section
            .coff_data(data)
            .map_err(|()| fail(&format!("section {} of {size} bytes lies outside the file", index.0)))?;
        let relocations = section.coff_relocations(data).map_err(|e| fail(&format!("section {}: {e}", index.0)))?;
        // What sections share, the parser would read once for each of them.
        claimed += content.len() as u64 + 10 * relocations.len() as u64;
        if claimed > data.len() as u64 {
            return Err(fail(&"its sections overlap"));
        }
        if text == b".drectve" {
            directives::read(content, machine, &mut said).map_err(|reason| fail(&reason))?;
        }
        let flags = flags_of(section.characteristics.get(LE), text);
        let sought = match marks_of(text) {
            Some(array) => tables.strings.intern(&identifier(array)),
            None if is_c_identifier(text) => tables.strings.intern(&artifact::as_text(text)),
            None => NONE,
        };
        tables.push_section(SectionRow { name: sought, is_frame: is_table(text), flags, size });
        names.push(text);
    }
    tables.strings.check().map_err(|reason| fail(&reason))?;
    Ok((names, said))
}

fn flags_of(bits: u32, name: &[u8]) -> u32 {
    let mut flags = 0;
    let mut set = |condition: bool, flag: u32| {
        if condition {
            flags |= flag;
        }
    };
    let is_code = bits & (pe::IMAGE_SCN_MEM_EXECUTE | pe::IMAGE_SCN_CNT_CODE) != 0;
    let is_written = bits & pe::IMAGE_SCN_MEM_WRITE != 0;
    // By its name alone a section is no debug info: a program could give its code such a name.
    let is_debug = (name.starts_with(b".debug") || name.starts_with(b".zdebug"))
        && bits & pe::IMAGE_SCN_MEM_DISCARDABLE != 0
        && !is_code
        && !is_written;
    set(bits & (pe::IMAGE_SCN_LNK_REMOVE | pe::IMAGE_SCN_LNK_INFO) == 0 && !is_debug, section_flag::ALLOC);
    set(is_code, section_flag::EXEC);
    set(is_written, section_flag::WRITE);
    set(bits & pe::IMAGE_SCN_LNK_COMDAT != 0, section_flag::COMDAT);
    set(bits & pe::IMAGE_SCN_CNT_UNINITIALIZED_DATA != 0, section_flag::NOBITS);
    let is_or_below = |prefix: &[u8]| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest[0] == b'$' || rest[0] == b'.')
    };
    set(is_or_below(b".tls"), section_flag::TLS);
    let arrays = [&b".CRT"[..], b".ctors", b".dtors", b".init_array", b".fini_array"];
    set(arrays.iter().any(|prefix| is_or_below(prefix)), section_flag::ROOT_ARRAY);
    flags
}

/// Marks the sections that a linker keeps unasked: link.exe and lld leave out COMDATs alone (LINK reference, "/OPT"), and code can find
/// what lies in others without a reference to it. GNU ld leaves out more, but keeps `.pdata*` and with it each function that it describes:
/// all code of GCC. Else sections that compilers choose are live by what refers to them: there functions share one, if the compiler is
/// LLVM, or data has one each.
pub fn retain_named(object: &Object<'_, '_>, tables: &mut ObjectTables) {
    for (section, name) in object.section_names.iter().enumerate().skip(1) {
        let kept = section_flag::ALLOC | section_flag::COMDAT;
        if object.flags(tables, section) & kept == section_flag::ALLOC && is_kept(name, object.is_llvm) {
            tables.section_flags[object.first_section + section] |= section_flag::RETAIN;
        }
    }
}

/// Returns what follows in a name behind a known one, up to `$` or `.`.
fn behind<'name>(name: &'name [u8], known: &[u8]) -> Option<&'name [u8]> {
    name.strip_prefix(known).filter(|rest| rest.is_empty() || b"$.".contains(&rest[0]))
}

/// Is the name one that the program chose, not its compiler, or one of a table whose content keeps nothing live but what a program put
/// there, or of the code of another compiler than LLVM? No compiler makes debug info that is loaded.
fn is_kept(name: &[u8], is_llvm: bool) -> bool {
    if !is_llvm && behind(name, b".text").is_some() {
        return true;
    }
    match PLAIN.iter().find_map(|known| behind(name, known)) {
        // LLVM puts what a thread has of its own into `.tls$`, and all else into sections without a `$`.
        Some(rest) => is_llvm && (if name.starts_with(b".tls") { rest != b"$" } else { !rest.is_empty() }),
        None => UNWIND.iter().all(|known| behind(name, known).is_none()),
    }
}

/// Does a compiler put only tables of its own into the section? A symbol there that is none of its labels is data of the program.
pub fn is_of_unwinding(name: &[u8]) -> bool {
    is_unwind(name) || UNWIND.iter().any(|known| behind(name, known).is_some())
}

/// Is a symbol of such a section a label of a compiler: of LLVM's and GCC's exception tables, or one of Microsoft's (`$unwind$f`)?
pub fn is_label(symbol: &Symbol<'_>) -> bool {
    !symbol.is_global() && (symbol.name.starts_with(b"$") || symbol.name.starts_with(b"GCC_except_table"))
}

/// Unwind tables of functions.
pub fn is_table(name: &[u8]) -> bool {
    name == b".pdata" || name.starts_with(b".pdata$")
}

/// Does the section describe how functions are unwound? Its symbols name nothing that a program calls.
pub fn is_unwind(name: &[u8]) -> bool {
    is_table(name) || name == b".xdata" || name.starts_with(b".xdata$")
}

/// Returns NAME of a section `NAME$x`, when a program walks such sections from the first to the last: who reaches one reaches all.
pub fn marks_of(name: &[u8]) -> Option<&[u8]> {
    let array = &name[..name.iter().position(|&c| c == b'$')?];
    let is_merged = MERGED.contains(&array) || array == b".CRT" || array.is_empty();
    (!is_merged).then_some(array)
}

/// Returns a name as an identifier, so that `__start_NAME` means its sections as in ELF.
pub fn identifier(name: &[u8]) -> String {
    let letter = |&c: &u8| if c.is_ascii_alphanumeric() { c as char } else { '_' };
    std::iter::once('_').chain(name.iter().map(letter)).collect()
}

/// Do the symbols of a section live apart from each other? Not where data is that a program can change: nothing in the object tells what a
/// program put there by name, to be found from its neighbours, from what the compiler put there, and a linker keeps all of it or none.
pub fn is_shared(object: &Object<'_, '_>, tables: &ObjectTables, section: usize) -> bool {
    let name = object.section_names[section];
    object.is_llvm
        && object.flags(tables, section) & (section_flag::COMDAT | section_flag::ROOT_ARRAY) == 0
        && marks_of(name).is_none()
        && [&b".data"[..], b".tls"].iter().all(|known| behind(name, known).is_none())
        && !is_table(name)
        && !is_c_identifier(name)
}
