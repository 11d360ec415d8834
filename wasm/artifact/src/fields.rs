//! Where the numbers stand that an object says of itself: headers, sections, relocations, symbols, CodeView. Tests set each of them
//! to what it must not be.

use crate::{is_bigobj, Format};

/// A number in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Field {
    pub offset: usize,
    /// Bytes.
    pub width: usize,
}

/// Offsets and widths of the numbers in a row of a table.
type Row = &'static [(usize, usize)];

const ELF_HEADER: Row = &[(4, 1), (5, 1), (16, 2), (18, 2), (20, 4), (40, 8), (58, 2), (60, 2), (62, 2)];
const ELF_SECTION: Row = &[(0, 4), (4, 4), (8, 8), (24, 8), (32, 8), (40, 4), (44, 4), (48, 8), (56, 8)];
const ELF_SYMBOL: Row = &[(0, 4), (4, 1), (5, 1), (6, 2), (8, 8), (16, 8)];
const ELF_RELOCATION: Row = &[(0, 8), (8, 4), (12, 4), (16, 8)];
const COFF_HEADER: Row = &[(0, 2), (2, 2), (8, 4), (12, 4), (16, 2), (18, 2)];
const BIG_HEADER: Row = &[(0, 2), (2, 2), (4, 2), (6, 2), (44, 4), (48, 4), (52, 4)];
const COFF_SECTION: Row = &[(0, 8), (8, 4), (12, 4), (16, 4), (20, 4), (24, 4), (32, 2), (36, 4)];
const COFF_SYMBOL: Row = &[(0, 4), (4, 4), (8, 4), (12, 2), (14, 2), (16, 1), (17, 1)];
const BIG_SYMBOL: Row = &[(0, 4), (4, 4), (8, 4), (12, 4), (16, 2), (18, 1), (19, 1)];
const COFF_RELOCATION: Row = &[(0, 4), (4, 4), (8, 2)];
const MACHO_HEADER: Row = &[(0, 4), (4, 4), (12, 4), (16, 4), (20, 4), (24, 4)];
const MACHO_COMMAND: Row = &[(0, 4), (4, 4), (8, 4), (12, 4), (16, 4), (20, 4)];
const MACHO_SEGMENT: Row = &[(0, 4), (4, 4), (24, 8), (32, 8), (40, 8), (48, 8), (64, 4)];
const MACHO_SECTION: Row = &[(0, 8), (16, 8), (32, 8), (40, 8), (48, 4), (52, 4), (56, 4), (60, 4), (64, 4)];
const MACHO_SYMBOL: Row = &[(0, 4), (4, 1), (5, 1), (6, 2), (8, 8)];
const MACHO_RELOCATION: Row = &[(0, 4), (4, 1), (7, 1), (4, 4)];
const WORD: Row = &[(0, 4)];

/// Sections of an object, with the place of the numbers that say where its content is and how long.
pub struct Content {
    pub offset: Field,
    pub size: Field,
}

/// The fields of an object that a compiler made, and where its sections have their content.
pub fn fields(object: &[u8]) -> (Vec<Field>, Vec<Content>) {
    let mut found = Found { object, fields: Vec::new(), contents: Vec::new() };
    match Format::of(object) {
        Ok(Some(Format::Elf)) => found.elf(),
        Ok(Some(Format::Coff)) => found.coff(),
        Ok(Some(Format::MachO)) => found.macho(),
        _ => panic!("no object"),
    }
    found.fields.sort_unstable();
    found.fields.dedup();
    (found.fields, found.contents)
}

struct Found<'a> {
    object: &'a [u8],
    fields: Vec<Field>,
    contents: Vec<Content>,
}

impl Found<'_> {
    fn number(&self, offset: usize, width: usize) -> usize {
        let mut wide = [0; 8];
        wide[..width].copy_from_slice(&self.object[offset..offset + width]);
        u64::from_le_bytes(wide) as usize
    }

    fn rows(&mut self, start: usize, count: usize, size: usize, row: Row) {
        for at in (0..count).map(|index| start + index * size) {
            self.fields.extend(row.iter().map(|&(offset, width)| Field { offset: at + offset, width }));
        }
    }

    fn content(&mut self, (offset, size): (usize, usize), width: usize) {
        self.contents.push(Content { offset: Field { offset, width }, size: Field { offset: size, width } });
    }

    fn elf(&mut self) {
        self.rows(0, 1, 64, ELF_HEADER);
        let (headers, count) = (self.number(40, 8), self.number(60, 2));
        self.rows(headers, count, 64, ELF_SECTION);
        for header in (0..count).map(|index| headers + 64 * index) {
            let (kind, offset, size) = (self.number(header + 4, 4), self.number(header + 24, 8), self.number(header + 32, 8));
            match kind {
                2 => self.rows(offset, size / 24, 24, ELF_SYMBOL),
                4 => self.rows(offset, size / 24, 24, ELF_RELOCATION),
                _ => self.content((header + 24, header + 32), 8),
            }
        }
    }

    fn coff(&mut self) {
        let is_big = is_bigobj(self.object);
        let (header, row) = if is_big { (56, BIG_HEADER) } else { (20, COFF_HEADER) };
        self.rows(0, 1, header, row);
        let count = if is_big { self.number(44, 4) } else { self.number(2, 2) };
        self.rows(header, count, 40, COFF_SECTION);
        for section in (0..count).map(|index| header + 40 * index) {
            self.rows(self.number(section + 24, 4), self.number(section + 32, 2), 10, COFF_RELOCATION);
            if self.object[section..].starts_with(b".debug$") {
                self.rows(self.number(section + 20, 4), self.number(section + 16, 4) / 4, 4, WORD);
            }
            self.content((section + 20, section + 16), 4);
        }
        let pointer = if is_big { 48 } else { 8 };
        let (symbols, count) = (self.number(pointer, 4), self.number(pointer + 4, 4));
        let (size, row) = if is_big { (20, BIG_SYMBOL) } else { (18, COFF_SYMBOL) };
        self.rows(symbols, count, size, row);
        self.rows(symbols + count * size, 1, 4, WORD);
    }

    fn macho(&mut self) {
        self.rows(0, 1, 32, MACHO_HEADER);
        let mut command = 32;
        for _ in 0..self.number(16, 4) {
            match self.number(command, 4) {
                0x19 => {
                    self.rows(command, 1, 72, MACHO_SEGMENT);
                    let count = self.number(command + 64, 4);
                    self.rows(command + 72, count, 80, MACHO_SECTION);
                    for section in (0..count).map(|index| command + 72 + 80 * index) {
                        self.rows(self.number(section + 56, 4), self.number(section + 60, 4), 8, MACHO_RELOCATION);
                        self.content((section + 48, section + 40), 4);
                    }
                }
                2 => {
                    self.rows(command, 1, 24, MACHO_COMMAND);
                    self.rows(self.number(command + 8, 4), self.number(command + 12, 4), 16, MACHO_SYMBOL);
                }
                _ => self.rows(command, 1, 8, WORD),
            }
            command += self.number(command + 4, 4);
        }
    }
}
