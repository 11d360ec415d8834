//! Mach-O, the objects of macOS and its kin. When the object says that a linker may divide its sections at its symbols, each symbol
//! begins a piece (an atom) that is live apart from the others; else a section is live as a whole.

mod references;
mod sections;
mod unwind;

use crate::nodes::{MemberNodes, Named};
use crate::references::{push, Target};
use crate::tables::{binding, node_kind, section_flag, ObjectTables};
use artifact::{ExtractError, Format, Member, NONE};
use object::macho;
use object::read::macho::{MachHeader, Nlist as _};
use object::Endianness;

type Header = macho::MachHeader64<Endianness>;
type Section = macho::Section64<Endianness>;
type Nlist = macho::Nlist64<Endianness>;

const STV_HIDDEN: u8 = 2;

/// One opened member, as the collectors share it.
struct Object<'a, 'data> {
    name: &'a str,
    data: &'data [u8],
    endian: Endianness,
    cpu: u32,
    first_section: usize,
    /// Sections count from 1.
    sections: Vec<&'data Section>,
    symbols: &'data [Nlist],
}

impl<'data> Object<'_, 'data> {
    fn fail(&self, reason: impl std::fmt::Display) -> ExtractError {
        ExtractError::new(self.name, reason)
    }

    /// Returns a section (from 1).
    fn section(&self, section: usize) -> Option<&'data Section> {
        self.sections.get(section.checked_sub(1)?).copied()
    }

    fn address(&self, section: usize) -> u64 {
        self.section(section).map_or(0, |header| header.addr.get(self.endian))
    }

    fn flags(&self, tables: &ObjectTables, section: usize) -> u32 {
        tables.section_flags[self.first_section + section]
    }

    /// Returns the section and offset of a place: the addresses of an object's sections do not overlap.
    fn place(&self, tables: &ObjectTables, section: usize, address: u64) -> u64 {
        let size = u64::from(tables.section_size[self.first_section + section]);
        address.saturating_sub(self.address(section)).min(size.saturating_sub(1))
    }
}

/// Reads one Mach-O file.
#[inline(never)]
pub fn extract(member: &Member<'_>, tables: &mut ObjectTables) -> Result<(), ExtractError> {
    let name = member.name.as_str();
    let data = member.data;
    let fail = |reason: &dyn std::fmt::Display| ExtractError::new(name, reason);
    let header = Header::parse(data, 0).map_err(|e| fail(&e))?;
    let endian = header.endian().map_err(|e| fail(&e))?;
    if header.filetype(endian) != macho::MH_OBJECT {
        return Err(fail(&"not a relocatable object"));
    }
    let cpu = header.cputype(endian);
    let machine = match cpu {
        macho::CPU_TYPE_X86_64 => object::elf::EM_X86_64,
        macho::CPU_TYPE_ARM64 => object::elf::EM_AARCH64,
        other => return Err(fail(&format!("Mach-O machine {other:#x}, which is not read"))),
    };
    let mut sections: Vec<&Section> = Vec::new();
    let mut symbols: &[Nlist] = &[];
    let mut strings = object::read::StringTable::default();
    let mut has_symbols = false;
    let mut commands = header.load_commands(endian, data, 0).map_err(|e| fail(&e))?;
    while let Some(command) = commands.next().map_err(|e| fail(&e))? {
        if let Some((segment, content)) = command.segment_64().map_err(|e| fail(&e))? {
            use object::read::macho::Segment as _;
            sections.extend(segment.sections(endian, content).map_err(|e| fail(&e))?);
        } else if let Some(symtab) = command.symtab().map_err(|e| fail(&e))? {
            let table = symtab.symbols::<Header, _>(endian, data).map_err(|e| fail(&e))?;
            if std::mem::replace(&mut has_symbols, true) {
                return Err(fail(&"it has two symbol tables"));
            }
            (symbols, strings) = (command_symbols(&table), table.strings());
        } else if command.cmd() == macho::LC_LINKER_OPTION {
            sections::check_option(command.raw_data(), endian).map_err(|reason| fail(&reason))?;
        }
    }
    let divides = header.flags(endian) & macho::MH_SUBSECTIONS_VIA_SYMBOLS != 0;
    let first_section = tables.section_name.len();
    tables.push_member(name, Format::MachO, machine, sections.len() as u32 + 1);
    let object = Object { name, data, endian, cpu, first_section, sections, symbols };
    sections::collect(&object, tables)?;
    let nodes = nodes(&object, strings, divides, tables)?;
    references::collect(&object, &nodes, tables)?;
    unwind::collect(&object, &nodes, tables)
}

/// Appends the names of the rows of an object's sections.
#[cfg(feature = "wasm")]
pub fn section_names(data: &[u8], names: &mut Vec<String>) -> object::Result<()> {
    use object::read::macho::{Section as _, Segment as _};
    let header = Header::parse(data, 0)?;
    let endian = header.endian()?;
    let mut commands = header.load_commands(endian, data, 0)?;
    names.push(String::new());
    while let Some(command) = commands.next()? {
        let Some((segment, content)) = command.segment_64()? else { continue };
        for section in segment.sections(endian, content)? {
            let text = [artifact::as_text(section.segment_name()), artifact::as_text(section.name())].join(",");
            names.push(text);
        }
    }
    Ok(())
}

fn command_symbols<'data>(table: &object::read::macho::SymbolTable<'data, Header>) -> &'data [Nlist] {
    table.iter().as_slice()
}

/// Returns a name as a source has it: C names begin with `_` in this format, and one without it is told from them by LLVM's mark for
/// such. What a linker invents for the ends of a section gets the name that it has in ELF.
fn plain_name(name: &[u8]) -> std::borrow::Cow<'_, str> {
    if let Some(rest) = name.strip_prefix(b"_") {
        return artifact::as_text(rest);
    }
    for (prefix, elf) in [(&b"section$start$"[..], "__start_"), (b"section$end$", "__stop_")] {
        if let Some((segment, section)) =
            name.strip_prefix(prefix).and_then(|rest| rest.split_at_checked(rest.iter().position(|&c| c == b'$')?))
        {
            return format!("{elf}{}", sections::identifier(segment, &section[1..])).into();
        }
    }
    format!("\x01{}", artifact::as_text(name)).into()
}

/// What a row of the symbol table means for nodes.
enum Meaning {
    /// Debug info of linked files; marks of the assembler.
    Nothing,
    /// A constant of the compiler: it begins a node, and its name says nothing.
    Private,
    Named,
}

fn meaning(name: &[u8]) -> Meaning {
    match name {
        [b'_', ..] => Meaning::Named,
        // Made by LLVM for the start of each section of ARM64.
        _ if name.starts_with(b"ltmp") => Meaning::Nothing,
        [b'L', ..] | [] => Meaning::Nothing,
        [b'l', ..] | [b'G', b'C', b'C', b'_', ..] => Meaning::Private,
        _ => Meaning::Named,
    }
}

/// Names the symbols and covers every allocated section with nodes.
#[inline(never)]
fn nodes(
    object: &Object<'_, '_>,
    strings: object::read::StringTable<'_>,
    divides: bool,
    tables: &mut ObjectTables,
) -> Result<MemberNodes, ExtractError> {
    let endian = object.endian;
    let this_member = tables.member_name.len() as u32 - 1;
    let sections = object.sections.len() + 1;
    let count = object.symbols.len();
    let mut by_section: Vec<Vec<Named>> = Vec::new();
    by_section.resize_with(sections, Vec::new);
    let mut global_name = vec![NONE; count];
    // Symbols that stand for another one, and its name.
    let mut indirect: Vec<u32> = Vec::new();
    for (index, symbol) in object.symbols.iter().enumerate() {
        if symbol.is_stab() {
            continue;
        }
        let name = symbol.name(endian, strings).map_err(|e| object.fail(format!("symbol {index}: {e}")))?;
        tables.strings.spend(name.len()).map_err(|e| object.fail(e))?;
        let (kind, flags) = (symbol.n_type(), symbol.n_desc(endian));
        let is_global = kind & macho::N_EXT != 0;
        if is_global && name.is_empty() {
            return Err(object.fail(format!("symbol {index} is seen outside and has no name")));
        }
        let meaning = if is_global { Meaning::Named } else { meaning(name) };
        if matches!(meaning, Meaning::Nothing) {
            continue;
        }
        let id = match meaning {
            Meaning::Named => tables.strings.intern(&plain_name(name)),
            _ => NONE,
        };
        tables.strings.check().map_err(|e| object.fail(e))?;
        if is_global {
            global_name[index] = id;
        }
        let named = Named {
            start: 0,
            size: 0,
            symbol: index as u32,
            name: id,
            binding: match (is_global, flags & macho::N_WEAK_DEF != 0) {
                (false, _) => binding::LOCAL,
                (true, false) => binding::GLOBAL,
                (true, true) => binding::WEAK,
            },
            visibility: if kind & macho::N_PEXT != 0 { STV_HIDDEN } else { 0 },
            kind: node_kind::OBJECT,
            starts_piece: divides && flags & macho::N_ALT_ENTRY == 0,
            retained: flags & macho::N_NO_DEAD_STRIP != 0,
        };
        match kind & macho::N_TYPE {
            macho::N_UNDF | macho::N_PBUD if is_global => {
                if symbol.n_value(endian) != 0 {
                    tables.absolute_symbol.push(id);
                } else {
                    tables.undefined_member.push(this_member);
                    tables.undefined_symbol.push(id);
                }
            }
            macho::N_ABS if is_global => tables.absolute_symbol.push(id),
            macho::N_INDR => {
                let offset = u32::try_from(symbol.n_value(endian)).map_err(|_| object.fail("a name lies outside the file"))?;
                let other = strings.get(offset).map_err(|()| object.fail(format!("symbol {index} stands for no name")))?;
                indirect.push(tables.strings.intern(&plain_name(other)));
                let start = by_section[0].len() as u32;
                by_section[0].push(Named { start, size: 1, starts_piece: true, ..named });
            }
            macho::N_SECT => {
                let section = usize::from(symbol.n_sect());
                if section == 0 || section >= sections {
                    return Err(object.fail(format!("symbol {index} lies in a section that is not there")));
                }
                let section_flags = object.flags(tables, section);
                let size = u64::from(tables.section_size[object.first_section + section]);
                let start = symbol.n_value(endian).checked_sub(object.address(section)).filter(|&start| start <= size);
                let Some(start) = start else {
                    return Err(object.fail(format!("symbol {index} lies outside its section")));
                };
                if section_flags & section_flag::ALLOC == 0 {
                    continue;
                }
                let kind = match (id, section_flags & section_flag::EXEC != 0, section_flags & section_flag::TLS != 0) {
                    (NONE, _, _) => node_kind::ANONYMOUS,
                    (_, true, _) => node_kind::FUNCTION,
                    (_, _, true) => node_kind::TLS,
                    _ => node_kind::OBJECT,
                };
                by_section[section].push(Named { start: start as u32, kind, ..named });
            }
            macho::N_UNDF | macho::N_PBUD | macho::N_ABS => {}
            other => return Err(object.fail(format!("symbol {index} is of kind {other:#x}, which is not known"))),
        }
    }
    if !indirect.is_empty() {
        tables.section_flags[object.first_section] |= section_flag::ALLOC;
        tables.section_size[object.first_section] = indirect.len() as u32;
    }
    let nodes = MemberNodes::of_sections(&mut by_section, object.first_section, global_name, tables);
    for (place, name) in indirect.into_iter().enumerate() {
        let from = nodes.first_node[0] + place as u32;
        push(tables, object.first_section as u32, place as u32, from, &Target::symbol(name));
    }
    Ok(nodes)
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn names_are_those_of_the_source() {
        assert_eq!(plain_name(b"_main"), "main");
        assert_eq!(plain_name(b"__RNvC1a1b"), "_RNvC1a1b");
        assert_eq!(["_exit", "_NSGetEnviron"].map(|name| plain_name(format!("_{name}").as_bytes()).into_owned()), ["_exit", "_NSGetEnviron"]);
        // No two symbols have one name.
        assert_eq!(plain_name(b"socket"), "\x01socket");
        assert_eq!(plain_name(b"_fdopendir$INODE64"), "fdopendir$INODE64");
        assert_eq!(plain_name(b"_a$b"), "a$b");
        assert_eq!(plain_name(b"section$start$__DATA$__list"), "__start___DATA__list");
        assert_eq!(plain_name(b"section$end$__DATA$__list"), "__stop___DATA__list");
        assert_eq!(plain_name(b"section$start$__DATA"), "\x01section$start$__DATA");
    }
}
