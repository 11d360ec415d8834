//! What the functions of an object share: file names, the places and the names of what was inlined.

use super::read::{Cursor, Result, CUT};
use super::{subsections, CodeView, SIGNATURE};
use crate::lines::joined;
use crate::tables::DwarfTables;
use artifact::{as_text, NONE};
use rustc_hash::FxHashMap;

const STRINGS: u32 = 0xf3;
const CHECKSUMS: u32 = 0xf4;
const INLINEES: u32 = 0xf6;
const LF_FUNC_ID: u16 = 0x1601;
const LF_MFUNC_ID: u16 = 0x1602;
const LF_STRING_ID: u16 = 0x1605;
const LF_CLASS: u16 = 0x1504;
const LF_STRUCTURE: u16 = 0x1505;
/// The number of the first record of `.debug$T`.
const FIRST_TYPE: u32 = 0x1000;
/// Bytes; longer than any path that a system accepts.
const MAX_PATH: usize = 32 * 1024;

/// An inlined call.
pub struct Site<'data> {
    pub inlinee: u32,
    /// The site of the same function that it is inlined into.
    pub parent: u32,
    pub depth: u32,
    pub annotations: &'data [u8],
}

pub struct Shared<'data> {
    strings: &'data [u8],
    checksums: &'data [u8],
    /// By number: file and line where an inlined function begins.
    inlinees: FxHashMap<u32, (u32, u32)>,
    types: Vec<(u16, &'data [u8])>,
    /// By place in the checksums: the path.
    files: FxHashMap<u32, u32>,
    /// By number of an inlined function.
    names: FxHashMap<u32, u32>,
}

impl<'data> Shared<'data> {
    #[inline(never)]
    pub fn read(info: &CodeView<'data>) -> Result<Self> {
        let mut shared =
            Shared { strings: &[], checksums: &[], inlinees: FxHashMap::default(), types: Vec::new(), files: FxHashMap::default(), names: FxHashMap::default() };
        for section in &info.symbols {
            for (kind, _, content) in subsections(section.content)? {
                match kind {
                    STRINGS => shared.strings = content,
                    CHECKSUMS => shared.checksums = content,
                    INLINEES => shared.inlinees(content)?,
                    _ => {}
                }
            }
        }
        for section in &info.types {
            let mut cursor = Cursor::new(section);
            if section.is_empty() || cursor.u32()? != SIGNATURE {
                continue;
            }
            while cursor.left() >= 4 {
                let length = usize::from(cursor.u16()?);
                let mut record = Cursor::new(cursor.bytes(length)?);
                shared.types.push((record.u16()?, record.rest()));
            }
        }
        Ok(shared)
    }

    fn inlinees(&mut self, content: &[u8]) -> Result<()> {
        let mut cursor = Cursor::new(content);
        let has_more_files = cursor.u32()? == 1;
        while !cursor.is_empty() {
            let (inlinee, file, line) = (cursor.u32()?, cursor.u32()?, cursor.u32()?);
            self.inlinees.insert(inlinee, (file, line));
            if has_more_files {
                let count = cursor.u32()? as usize;
                cursor.skip(count.checked_mul(4).ok_or(CUT)?)?;
            }
        }
        Ok(())
    }

    /// Returns file and line where an inlined function begins.
    pub fn inlinee(&self, inlinee: u32) -> (u32, u32) {
        self.inlinees.get(&inlinee).copied().unwrap_or((u32::MAX, 0))
    }

    /// Returns the path of a file, by its place in the checksums; NONE when there is none.
    pub fn file(&mut self, place: u32, tables: &mut DwarfTables) -> Result<u32> {
        if let Some(&known) = self.files.get(&place) {
            return Ok(known);
        }
        let name = self.checksums.get(place as usize..).and_then(|entry| entry.get(..4));
        let name = name.map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
        let id = match name.and_then(|at| self.strings.get(at..)) {
            Some(rest) => {
                // No further: many files could share one text without an end.
                let path = Cursor::new(&rest[..rest.len().min(MAX_PATH)]).text().map_err(|_| "a path of it is too long")?;
                // Counted before it is joined: of `./././…` nothing is left to count.
                tables.strings.spend(path.len())?;
                let id = tables.strings.intern(&joined(&as_text(path)));
                tables.strings.check()?;
                id
            }
            None => NONE,
        };
        self.files.insert(place, id);
        Ok(id)
    }

    fn record(&self, number: u32) -> Option<(u16, Cursor<'data>)> {
        let (kind, content) = *self.types.get(number.checked_sub(FIRST_TYPE)? as usize)?;
        Some((kind, Cursor::new(content)))
    }

    /// Returns the name of an inlined function with its scope; NONE when it has none.
    pub fn name(&mut self, inlinee: u32, tables: &mut DwarfTables) -> Result<u32> {
        if let Some(&known) = self.names.get(&inlinee) {
            return Ok(known);
        }
        let name = self.text_of(inlinee)?;
        let id = if name.is_empty() { NONE } else { tables.strings.intern(&as_text(&name)) };
        tables.strings.check()?;
        self.names.insert(inlinee, id);
        Ok(id)
    }

    fn text_of(&self, inlinee: u32) -> Result<Vec<u8>> {
        let Some((kind @ (LF_FUNC_ID | LF_MFUNC_ID), mut record)) = self.record(inlinee) else { return Ok(Vec::new()) };
        let scope = record.u32()?;
        record.skip(4)?;
        let name = record.text()?;
        let around = match self.record(scope) {
            Some((LF_STRING_ID, mut text)) => {
                text.skip(4)?;
                text.text()?
            }
            Some((LF_CLASS | LF_STRUCTURE, mut class)) if kind == LF_MFUNC_ID => {
                class.skip(16)?;
                // The size: a number, or a mark for a longer one.
                let width = match class.u16()? {
                    0..0x8000 => 0,
                    0x8000 => 1,
                    0x8001 | 0x8002 => 2,
                    0x8003 | 0x8004 => 4,
                    _ => 8,
                };
                class.skip(width)?;
                class.text()?
            }
            _ => return Ok(rust(name)),
        };
        // In link-time optimisation, the toolchain's are named by their module.
        let last = around.rsplit(|&byte| byte == b':').next().unwrap_or_default();
        if name == b"drop" && last.first().is_some_and(u8::is_ascii_lowercase) && !last.contains(&b'$') {
            return Ok([b"<", around, b"::{impl} as core::ops::drop::Drop>::drop"].concat());
        }
        Ok(rust(&[around, name].join(&b"::"[..])))
    }
}

/// Writes `impl$0` as `{impl#0}`: rustc cannot put braces into CodeView. A function of such an implementation is a trait's, of a type that
/// is not named; of a type's own ones the type is named.
fn rust(name: &[u8]) -> Vec<u8> {
    let mut of_trait = None;
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for part in name.split(|&byte| byte == b':') {
        let dollar = part.iter().position(|&byte| byte == b'$');
        parts.push(match dollar.map(|at| part.split_at(at)) {
            Some((word, number)) if !word.is_empty() && number.len() > 1 && number[1..].iter().all(u8::is_ascii_digit) => {
                if word == b"impl" && of_trait.is_none() {
                    of_trait = Some(parts.len());
                }
                [b"{", word, b"#", &number[1..], b"}"].concat()
            }
            _ => part.to_vec(),
        });
    }
    match of_trait {
        Some(at) if at > 0 && at + 1 < parts.len() => {
            let of_type = parts[..=at].join(&b':');
            [b"<", &of_type[..], b" as ", &parts[0], b"::", &parts[at], b">", b":", &parts[at + 1..].join(&b':')].concat()
        }
        _ => parts.join(&b':'),
    }
}

#[cfg(test)]
mod tests {
    use super::rust;

    #[test]
    fn names_have_the_braces_of_rust() {
        assert_eq!(rust(b"std::fs::impl$12::open"), b"<std::fs::{impl#12} as std::{impl#12}>::open");
        assert_eq!(rust(b"a::impl$1::f::closure$0"), b"<a::{impl#1} as a::{impl#1}>::f::{closure#0}");
        assert_eq!(rust(b"a::m::impl$1"), b"a::m::{impl#1}");
        assert_eq!(rust(b"a::f::closure$0"), b"a::f::{closure#0}");
        assert_eq!(rust(b"a::ref$<str$>"), b"a::ref$<str$>");
    }
}
