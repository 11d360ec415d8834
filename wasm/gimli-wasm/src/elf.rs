//! Debug sections of ELF.

use crate::sections::{patch, unpack, Sections};
use artifact::Strings;
use object::elf;
use object::read::elf::{ElfFile, FileHeader, Rela, SectionHeader, Sym};
use object::{CompressionFormat, Endianness, Object, ObjectSection, SectionIndex};
use std::borrow::Cow;
use std::collections::HashMap;

/// Debug sections never unpack to more than this many times their stored size, or a mebibyte.
const MAX_EXPANSION: u64 = 200;
/// Limit in bytes to which all compressed sections of one input may unpack.
const MAX_UNPACKED: u64 = 1 << 30;

/// Reads one ELF file; see [`load`].
pub fn sections<'data>(data: &'data [u8], unpacked: &mut u64, names: &mut Strings) -> Result<Sections<'data>, String> {
    match data.get(4).copied() {
        Some(elf::ELFCLASS64) => load::<elf::FileHeader64<Endianness>>(data, unpacked, names),
        Some(elf::ELFCLASS32) => load::<elf::FileHeader32<Endianness>>(data, unpacked, names),
        _ => Err("unknown ELF class".to_string()),
    }
}

/// `unpacked` counts the bytes of compressed sections over the whole input.
#[inline(never)]
fn load<'data, Elf: FileHeader<Endian = Endianness>>(
    data: &'data [u8],
    unpacked: &mut u64,
    names: &mut Strings,
) -> Result<Sections<'data>, String> {
    let text = |e: object::Error| e.to_string();
    let file = ElfFile::<Elf>::parse(data).map_err(text)?;
    let endian = file.endian();
    let table = file.elf_section_table();
    let mut sections = Sections::new(table.len(), endian == Endianness::Little);
    let mut address_of = vec![0u64; table.len()];
    for (index, section) in table.enumerate() {
        if section.sh_flags(endian).into() & u64::from(elf::SHF_ALLOC) != 0 {
            address_of[index.0] = sections.load(index.0, section.sh_size(endian).into())?;
        }
    }
    // By patched section: a search of all for each debug section would take quadratic time.
    let mut patching: HashMap<u32, Vec<SectionIndex>> = HashMap::new();
    for (index, section) in table.enumerate() {
        if matches!(section.sh_type(endian), elf::SHT_REL | elf::SHT_RELA) {
            patching.entry(section.sh_info(endian)).or_default().push(index);
        }
    }
    let mut claimed = 0u64;
    let mut spelled: HashMap<String, bool> = HashMap::new();
    for section in file.sections() {
        let name = section.name().map_err(text)?;
        names.spend(name.len())?;
        // `.zdebug_` is the name of compressed sections before there was a flag: the object crate knows their header.
        let Some(rest) = name.strip_prefix(".debug_").or_else(|| name.strip_prefix(".zdebug_")) else { continue };
        let compressed = section.compressed_data().map_err(text)?;
        // Sections of an object never share bytes; see object-wasm.
        claimed += compressed.data.len() as u64;
        if claimed > data.len() as u64 {
            return Err("its sections overlap".to_string());
        }
        if compressed.uncompressed_size > compressed.data.len() as u64 * MAX_EXPANSION + (1 << 20) {
            return Err(format!("{name} claims to unpack to {} bytes", compressed.uncompressed_size));
        }
        let mut content = match compressed.format {
            CompressionFormat::None => Cow::Borrowed(compressed.data),
            format => {
                *unpacked += compressed.uncompressed_size;
                if *unpacked > MAX_UNPACKED {
                    return Err(format!("debug info unpacks to more than {MAX_UNPACKED} bytes"));
                }
                Cow::Owned(unpack(format, compressed.data, compressed.uncompressed_size, name)?)
            }
        };
        let relocations = patching.get(&(section.index().0 as u32)).map_or(&[][..], Vec::as_slice);
        relocate(&file, relocations, &address_of, &mut content)?;
        let key = format!(".debug_{rest}");
        let is_old = name.starts_with(".z");
        if spelled.insert(key.clone(), is_old).is_some_and(|before| before != is_old) {
            return Err(format!("it has {key} in both spellings, .debug_ and .zdebug_"));
        }
        sections.add(key, content);
    }
    Ok(sections)
}

/// Applies the relocations to a copy of the section. Debug sections have address 0.
#[inline(never)]
fn relocate<'data, Elf: FileHeader<Endian = Endianness>>(
    file: &ElfFile<'data, Elf>,
    sections: &[SectionIndex],
    address_of: &[u64],
    content: &mut Cow<'data, [u8]>,
) -> Result<(), String> {
    let text = |e: object::Error| e.to_string();
    let endian = file.endian();
    let machine = file.elf_header().e_machine(endian);
    let table = file.elf_section_table();
    let symbols = file.elf_symbol_table();
    for &index in sections {
        let section = table.section(index).map_err(text)?;
        if section.sh_type(endian) == elf::SHT_REL {
            return Err("debug info with implicit addends is not supported".to_string());
        }
        let Some((entries, _)) = section.rela(endian, file.data()).map_err(text)? else { continue };
        let bytes = content.to_mut();
        for entry in entries {
            let Some(width) = width_of(machine, entry.r_type(endian, false))? else { continue };
            let index = entry.symbol(endian, false);
            let mut value: u64 = 0;
            if let Some(index) = index {
                let symbol = symbols.symbol(index).map_err(text)?;
                value = symbol.st_value(endian).into();
                if let Some(section) = symbols.symbol_section(endian, symbol, index).map_err(text)? {
                    let base = address_of.get(section.0).ok_or("symbol in a section that is not there")?;
                    value = value.wrapping_add(*base);
                }
            }
            let addend: i64 = entry.r_addend(endian).into();
            value = value.wrapping_add(addend as u64);
            patch(bytes, entry.r_offset(endian).into(), width, value, endian == Endianness::Little)?;
        }
    }
    Ok(())
}

/// Returns the number of bytes that an absolute relocation writes; `None` for kinds that are no addresses (thread-local offsets).
fn width_of(machine: u16, kind: u32) -> Result<Option<usize>, String> {
    let width = match (machine, kind) {
        (elf::EM_X86_64, elf::R_X86_64_64) => Some(8),
        (elf::EM_X86_64, elf::R_X86_64_32 | elf::R_X86_64_32S) => Some(4),
        (elf::EM_X86_64, elf::R_X86_64_NONE | elf::R_X86_64_DTPOFF64 | elf::R_X86_64_DTPOFF32) => None,
        (elf::EM_AARCH64, elf::R_AARCH64_ABS64) => Some(8),
        (elf::EM_AARCH64, elf::R_AARCH64_ABS32) => Some(4),
        (elf::EM_AARCH64, elf::R_AARCH64_NONE | elf::R_AARCH64_TLS_DTPREL) => None,
        _ => return Err(format!("relocation kind {kind} of machine {machine} is not known in debug info")),
    };
    Ok(width)
}
