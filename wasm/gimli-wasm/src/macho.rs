//! Debug sections of Mach-O (segment `__DWARF`). An object's sections have addresses of their own there; they are moved apart all
//! the same, so that the end of one is not the start of the next.

use crate::sections::{addend, patch, Sections};
use object::macho;
use object::read::macho::{MachHeader, Nlist, Section as _, Segment as _};
use object::Endianness;
use std::borrow::Cow;

type Header = macho::MachHeader64<Endianness>;

/// Names in ELF of sections whose names have no room for it (16 bytes).
const SHORTENED: [(&[u8], &str); 3] =
    [(b"__debug_str_offs", ".debug_str_offsets"), (b"__debug_line_str", ".debug_line_str"), (b"__debug_gnu_pubn", ".debug_gnu_pubnames")];

const ALONE: &str = "the first of a pair of relocations stands alone in debug info";

/// Reads one Mach-O file.
#[inline(never)]
pub fn sections(data: &[u8]) -> Result<Sections<'_>, String> {
    let text = |e: object::Error| e.to_string();
    let header = Header::parse(data, 0).map_err(text)?;
    let endian = header.endian().map_err(text)?;
    let mut table: Vec<&macho::Section64<Endianness>> = Vec::new();
    let mut symbols: &[macho::Nlist64<Endianness>] = &[];
    let mut commands = header.load_commands(endian, data, 0).map_err(text)?;
    while let Some(command) = commands.next().map_err(text)? {
        if let Some((segment, content)) = command.segment_64().map_err(text)? {
            table.extend(segment.sections(endian, content).map_err(text)?);
        } else if let Some(symtab) = command.symtab().map_err(text)? {
            symbols = symtab.symbols::<Header, _>(endian, data).map_err(text)?.iter().as_slice();
        }
    }
    let mut sections = Sections::new(table.len() + 1, endian == Endianness::Little);
    // By section, from 1: how far it is moved.
    let mut moved = vec![0u64; table.len() + 1];
    let mut debug = Vec::new();
    for (index, section) in table.iter().enumerate() {
        let name = section.name();
        if section.segment_name() == b"__DWARF" && name.starts_with(b"__zdebug_") {
            return Err("its debug info is compressed in a way that is not supported".to_string());
        }
        if let (b"__DWARF", Some(rest)) = (section.segment_name(), name.strip_prefix(b"__debug_")) {
            let shortened = SHORTENED.iter().find(|(short, _)| *short == name).map(|(_, whole)| whole.to_string());
            debug.push((*section, shortened.unwrap_or_else(|| format!(".debug_{}", String::from_utf8_lossy(rest)))));
        } else {
            let address = sections.load(index + 1, section.size.get(endian))?;
            moved[index + 1] = address.wrapping_sub(section.addr.get(endian));
        }
    }
    let mut claimed = 0u64;
    for (section, name) in debug {
        let stored = section.data(endian, data).map_err(|()| format!("{name} lies outside the file"))?;
        let relocations = section.relocations(endian, data).map_err(text)?;
        // Sections of an object never share bytes; see object-wasm.
        claimed += stored.len() as u64 + 8 * relocations.len() as u64;
        if claimed > data.len() as u64 {
            return Err("its sections overlap".to_string());
        }
        let mut content = Cow::Borrowed(stored);
        // Kinds 0 and, for a pair that is a difference, SUBTRACTOR have other numbers on each machine.
        let subtractor = if header.cputype(endian) == macho::CPU_TYPE_ARM64 {
            macho::ARM64_RELOC_SUBTRACTOR
        } else {
            macho::X86_64_RELOC_SUBTRACTOR
        };
        // The place of a pair, and what its first subtracts.
        let mut subtracted: Option<(u32, u64)> = None;
        for row in relocations {
            if row.r_word0.get(endian) & macho::R_SCATTERED != 0 {
                return Err("scattered relocations, which this machine does not have".to_string());
            }
            let info = row.info(endian);
            if info.r_type != macho::X86_64_RELOC_UNSIGNED && info.r_type != subtractor {
                return Err(format!("relocation kind {} is not known in debug info of Mach-O", info.r_type));
            }
            let width = 1usize << info.r_length;
            if width < 4 {
                return Err(format!("a relocation of {width} bytes in debug info"));
            }
            let number = info.r_symbolnum as usize;
            let mut by = *if info.r_extern { Some(&0) } else { moved.get(number) }.ok_or("relocation to a section that is not there")?;
            if info.r_extern {
                let symbol = symbols.get(number).ok_or("relocation to a symbol that is not there")?;
                by = symbol.n_value(endian);
                if !symbol.is_stab() && symbol.n_type() & macho::N_TYPE == macho::N_SECT {
                    let section = moved.get(usize::from(symbol.n_sect())).ok_or("symbol in a section that is not there")?;
                    by = by.wrapping_add(*section);
                }
            }
            let first = subtracted.take();
            if first.is_some_and(|(at, _)| at != info.r_address || info.r_type == subtractor) {
                return Err(ALONE.to_string());
            }
            if info.r_type == subtractor {
                subtracted = Some((info.r_address, by));
                continue;
            }
            let at = u64::from(info.r_address);
            let value = (addend(stored, at, width)? as u64).wrapping_add(by).wrapping_sub(first.map_or(0, |(_, by)| by));
            patch(content.to_mut(), at, width, value, endian == Endianness::Little)?;
        }
        if subtracted.is_some() {
            return Err(ALONE.to_string());
        }
        sections.add(name, content);
    }
    Ok(sections)
}
