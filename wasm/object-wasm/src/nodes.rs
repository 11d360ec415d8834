use crate::tables::{node_kind, section_flag, ObjectTables};
use artifact::{ExtractError, NONE};
use object::elf;
use object::read::elf::{FileHeader, SectionTable, Sym, SymbolTable};
use object::read::SymbolIndex;
use object::Endianness;

/// One opened member, as the collectors share it.
pub struct MemberSymbols<'a, 'data, Elf: FileHeader<Endian = Endianness>> {
    pub name: &'a str,
    pub data: &'data [u8],
    pub endian: Endianness,
    pub sections: &'a SectionTable<'data, Elf>,
    pub symbols: &'a SymbolTable<'data, Elf>,
    pub first_section: u32,
}

impl<Elf: FileHeader<Endian = Endianness>> MemberSymbols<'_, '_, Elf> {
    pub fn fail(&self, reason: impl std::fmt::Display) -> ExtractError {
        ExtractError::new(self.name, reason)
    }
}

/// The nodes of a member's symbols.
pub struct MemberNodes {
    /// By symbol index: the node, or NONE for undefined, section and private symbols.
    pub node_of_symbol: Vec<u32>,
    /// By symbol index: the name, for symbols that the link resolves.
    pub global_name: Vec<u32>,
    /// By section of the member: the first of its nodes; one more entry at the end.
    pub first_node: Vec<u32>,
}

impl MemberNodes {
    /// Returns the node that covers `offset` of a section (index within the member); NONE for sections without nodes.
    pub fn covering(&self, tables: &ObjectTables, section: usize, offset: u64) -> u32 {
        let first = self.first_node[section] as usize;
        let end = self.first_node[section + 1] as usize;
        if first == end {
            return NONE;
        }
        let starts = &tables.node_start[first..end];
        let after = starts.partition_point(|&start| u64::from(start) <= offset);
        if after == 0 {
            return first as u32;
        }
        // Of aliases the first counts.
        let start = starts[after - 1];
        (first + starts.partition_point(|&s| s < start)) as u32
    }
}

struct Named {
    start: u32,
    size: u32,
    symbol_index: u32,
    name: u32,
    binding: u8,
    visibility: u8,
    kind: u8,
}

/// Covers every allocated section with nodes: named symbols, and anonymous stretches between them.
#[inline(never)]
pub fn collect<Elf: FileHeader<Endian = Endianness>>(
    member: &MemberSymbols<'_, '_, Elf>,
    tables: &mut ObjectTables,
) -> Result<MemberNodes, ExtractError> {
    let endian = member.endian;
    let section_count = member.sections.len();
    let mut by_section: Vec<Vec<Named>> = Vec::new();
    by_section.resize_with(section_count, Vec::new);
    let mut global_name = vec![NONE; member.symbols.len()];
    let this_member = tables.member_name.len() as u32 - 1;
    let mut files = 0;
    for (index, symbol) in member.symbols.enumerate() {
        if index == SymbolIndex(0) {
            continue;
        }
        let kind = symbol.st_type();
        if kind == elf::STT_SECTION {
            continue;
        }
        let name = member.symbols.symbol_name(endian, symbol).map_err(|e| member.fail(e))?;
        if kind == elf::STT_FILE {
            files += 1;
            let file = tables.strings.intern(&artifact::as_text(name));
            tables.member_file[this_member as usize] = if files == 1 { file } else { NONE };
            continue;
        }
        let is_local = symbol.st_bind() == elf::STB_LOCAL;
        let id = if name.is_empty() { NONE } else { tables.strings.intern(unversioned(&artifact::as_text(name), symbol.is_undefined(endian))) };
        tables.strings.check().map_err(|e| member.fail(e))?;
        if !is_local {
            global_name[index.0] = id;
        }
        let section = member.symbols.symbol_section(endian, symbol, index).map_err(|e| member.fail(e))?;
        let Some(section) = section else {
            if id != NONE && !is_local {
                if symbol.st_shndx(endian) == elf::SHN_UNDEF {
                    tables.undefined_member.push(this_member);
                    tables.undefined_symbol.push(id);
                } else {
                    tables.absolute_symbol.push(id);
                }
            }
            continue;
        };
        if section.0 >= section_count {
            return Err(member.fail(format!("symbol {} lies in a section that is not there", index.0)));
        }
        let private = id == NONE || (is_local && (name.starts_with(b".L") || name.starts_with(b"$")));
        let global_section = member.first_section as usize + section.0;
        if private || tables.section_flags[global_section] & section_flag::ALLOC == 0 {
            continue;
        }
        let start: u64 = symbol.st_value(endian).into();
        let size: u64 = symbol.st_size(endian).into();
        let section_size = u64::from(tables.section_size[global_section]);
        if start > section_size || size > section_size - start {
            return Err(member.fail(format!("symbol {} lies outside its section", index.0)));
        }
        by_section[section.0].push(Named {
            start: start as u32,
            size: size as u32,
            symbol_index: index.0 as u32,
            name: id,
            binding: match symbol.st_bind() {
                elf::STB_LOCAL => 0,
                elf::STB_WEAK => 2,
                _ => 1,
            },
            visibility: symbol.st_other() & 3,
            kind: match kind {
                elf::STT_FUNC | elf::STT_GNU_IFUNC => node_kind::FUNCTION,
                elf::STT_OBJECT => node_kind::OBJECT,
                elf::STT_TLS => node_kind::TLS,
                _ => node_kind::NOTYPE,
            },
        });
    }
    let mut nodes = MemberNodes {
        node_of_symbol: vec![NONE; member.symbols.len()],
        global_name,
        first_node: Vec::with_capacity(section_count + 1),
    };
    for (section, named) in by_section.iter_mut().enumerate() {
        nodes.first_node.push(tables.node_section.len() as u32);
        let global_section = member.first_section as usize + section;
        if tables.section_flags[global_section] & section_flag::ALLOC != 0 {
            cover(named, global_section, tables, &mut nodes.node_of_symbol);
        }
    }
    nodes.first_node.push(tables.node_section.len() as u32);
    Ok(nodes)
}

/// `name@@VERSION` defines `name`; `name@VERSION` defines it only for references with that version (`.symver` of an assembler).
fn unversioned(name: &str, is_undefined: bool) -> &str {
    let end = if is_undefined { name.find('@') } else { name.find("@@") };
    match end {
        Some(end) if end > 0 => &name[..end],
        _ => name,
    }
}

#[inline(never)]
fn cover(named: &mut [Named], section: usize, tables: &mut ObjectTables, node_of_symbol: &mut [u32]) {
    named.sort_by_key(|n| (n.start, u32::MAX - n.size, n.symbol_index));
    let section_size = tables.section_size[section];
    // A symbol without size (assembly) ends at the next one that starts later.
    let mut next_start = vec![section_size; named.len()];
    for i in (1..named.len()).rev() {
        let later = named[i].start > named[i - 1].start;
        next_start[i - 1] = if later { named[i].start } else { next_start[i] };
    }
    let mut covered = 0u32;
    for i in 0..named.len() {
        let n = &named[i];
        if n.start > covered {
            push_node(tables, section, covered, n.start - covered, None);
        }
        let end = if n.size > 0 {
            n.start + n.size
        } else {
            next_start[i]
        };
        node_of_symbol[n.symbol_index as usize] = tables.node_section.len() as u32;
        push_node(tables, section, n.start, end - n.start, Some(n));
        covered = covered.max(end);
    }
    if covered < section_size || named.is_empty() {
        push_node(tables, section, covered, section_size - covered, None);
    }
}

fn push_node(tables: &mut ObjectTables, section: usize, start: u32, size: u32, named: Option<&Named>) {
    tables.node_section.push(section as u32);
    tables.node_start.push(start);
    tables.node_size.push(size);
    tables.node_symbol.push(named.map_or(NONE, |n| n.name));
    tables.node_binding.push(named.map_or(0, |n| n.binding));
    tables.node_visibility.push(named.map_or(0, |n| n.visibility));
    tables.node_kind.push(named.map_or(node_kind::ANONYMOUS, |n| n.kind));
}
