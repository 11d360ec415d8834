use super::Object;
use crate::nodes::is_c_identifier;
use crate::tables::{section_flag, ObjectTables, SectionRow};
use artifact::{ExtractError, NONE};
use object::macho;
use object::read::macho::Section as _;
use object::Endianness;

/// Pushes row 0 and a row for each section.
#[inline(never)]
pub fn collect(object: &Object<'_, '_>, tables: &mut ObjectTables) -> Result<(), ExtractError> {
    let endian = object.endian;
    tables.push_section(SectionRow { name: NONE, is_frame: false, flags: 0, size: 0 });
    let mut claimed = 0u64;
    for (index, section) in object.sections.iter().enumerate() {
        let number = index + 1;
        let size = section.size.get(endian);
        if size >= u64::from(u32::MAX) || section.addr.get(endian).checked_add(size).is_none() {
            return Err(object.fail(format!("section {number} claims {size} bytes")));
        }
        let content = section
            .data(endian, object.data)
            .map_err(|()| object.fail(format!("section {number} of {size} bytes lies outside the file")))?;
        let relocations =
            section.relocations(endian, object.data).map_err(|e| object.fail(format!("section {number}: {e}")))?;
        // What sections share, the parser would read once for each of them.
        claimed += content.len() as u64 + 8 * relocations.len() as u64;
        if claimed > object.data.len() as u64 {
            return Err(object.fail("its sections overlap"));
        }
        let (segment, name) = (section.segment_name(), section.name());
        let kind = section.flags.get(endian) & macho::SECTION_TYPE;
        if matches!(kind, macho::S_NON_LAZY_SYMBOL_POINTERS | macho::S_LAZY_SYMBOL_POINTERS | macho::S_SYMBOL_STUBS | macho::S_LAZY_DYLIB_SYMBOL_POINTERS) {
            return Err(object.fail(format!("section {number} has its references in a table of indirect symbols, which is not read")));
        }
        let whole = identifier(segment, name);
        let sought = if is_c_identifier(whole.as_bytes()) { tables.strings.intern(&whole) } else { NONE };
        tables.push_section(SectionRow {
            name: sought,
            is_frame: is_compact(segment, name) || (segment, name) == (b"__TEXT", b"__eh_frame"),
            flags: flags_of(section.flags.get(endian), segment, name),
            size: size as u32,
        });
    }
    tables.strings.check().map_err(|reason| object.fail(reason))
}

/// Names a section as one word, so that `__start_` and it mean its start as in ELF.
pub fn identifier(segment: &[u8], section: &[u8]) -> String {
    [artifact::as_text(segment), artifact::as_text(section)].concat()
}

/// The table of functions that a linker makes its own of, and does not load.
fn is_compact(segment: &[u8], name: &[u8]) -> bool {
    (segment, name) == (b"__LD", b"__compact_unwind")
}

fn flags_of(bits: u32, segment: &[u8], name: &[u8]) -> u32 {
    let mut flags = 0;
    let mut set = |condition: bool, flag: u32| {
        if condition {
            flags |= flag;
        }
    };
    let kind = bits & macho::SECTION_TYPE;
    // By its segment alone a section is no debug info: a program could give its code such a segment.
    set(bits & macho::S_ATTR_DEBUG == 0 && !is_compact(segment, name) && segment != b"__LLVM", section_flag::ALLOC);
    set(bits & (macho::S_ATTR_PURE_INSTRUCTIONS | macho::S_ATTR_SOME_INSTRUCTIONS) != 0, section_flag::EXEC);
    set(segment.starts_with(b"__DATA"), section_flag::WRITE);
    set(
        matches!(
            kind,
            macho::S_THREAD_LOCAL_REGULAR | macho::S_THREAD_LOCAL_ZEROFILL | macho::S_THREAD_LOCAL_VARIABLES
        ),
        section_flag::TLS,
    );
    set(matches!(kind, macho::S_ZEROFILL | macho::S_GB_ZEROFILL | macho::S_THREAD_LOCAL_ZEROFILL), section_flag::NOBITS);
    set(bits & macho::S_ATTR_NO_DEAD_STRIP != 0, section_flag::RETAIN);
    set(
        matches!(
            kind,
            macho::S_MOD_INIT_FUNC_POINTERS
                | macho::S_MOD_TERM_FUNC_POINTERS
                | macho::S_INIT_FUNC_OFFSETS
                | macho::S_THREAD_LOCAL_INIT_FUNCTION_POINTERS
                | macho::S_INTERPOSING
        ),
        section_flag::ROOT_ARRAY,
    );
    flags
}

/// Libraries of the system; their code is no package's.
const SYSTEM: [&str; 6] = ["-lSystem", "-lc++", "-lc", "-lm", "-lobjc", "-lswiftCore"];

/// Checks the options that an object gives to its linker (`LC_LINKER_OPTION`): frameworks and system libraries add no code that
/// could be read.
pub fn check_option(command: &[u8], endian: Endianness) -> Result<(), String> {
    let text = command.get(12..).unwrap_or_default();
    let _ = endian;
    let words: Vec<_> = text.split(|&byte| byte == 0).filter(|word| !word.is_empty()).map(artifact::as_text).collect();
    match words.iter().map(|word| word.as_ref()).collect::<Vec<_>>()[..] {
        [] | ["-framework", _] => Ok(()),
        [library] if SYSTEM.contains(&library) => Ok(()),
        _ => Err(format!("it makes the linker take further libraries ({})", words.join(" "))),
    }
}
