//! Link inputs as the parsers see them: a single object file (ELF, COFF, Mach-O) or an `ar` archive of them.
//!
//! Members count from 0 in archive order, objects only; sections are numbered over the whole input, so that object-wasm and
//! gimli-wasm number the same rows. Row 0 of a member is ELF's null section; the other formats count sections from 1, and their
//! row 0 holds what the object says outside of its sections.

#[cfg(feature = "mutate")]
pub mod fields;
mod format;
#[cfg(feature = "mutate")]
pub mod mutate;
mod progress;
mod strings;
mod text;

pub use format::{is_bigobj, Format};
pub use progress::{reading, start_reading};
pub use strings::Strings;
pub use text::as_text;

use object::read::archive::ArchiveFile;
use std::fmt;

/// "No such row" in every u32 column.
pub const NONE: u32 = u32::MAX;

/// An input that cannot be read: the member and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractError {
    pub member: String,
    pub reason: String,
}

impl ExtractError {
    pub fn new(member: &str, reason: impl fmt::Display) -> Self {
        ExtractError { member: member.to_string(), reason: reason.to_string() }
    }
}

impl fmt::Display for ExtractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.member.is_empty() {
            write!(f, "{}", self.reason)
        } else {
            write!(f, "member {}: {}", self.member, self.reason)
        }
    }
}

impl std::error::Error for ExtractError {}

/// One object file of the input.
pub struct Member<'data> {
    /// Name in the archive; empty for a lone object.
    pub name: String,
    pub format: Format,
    pub data: &'data [u8],
}

/// A member without machine code that a link does not read as an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum SkippedKind {
    /// rustc's metadata (`lib.rmeta`) when it is not wrapped in an object file.
    Metadata = 0,
    /// LLVM bitcode, as `-C linker-plugin-lto` leaves it.
    Bitcode = 1,
}

/// The members of an input.
pub struct Input<'data> {
    pub members: Vec<Member<'data>>,
    pub skipped: Vec<(String, SkippedKind)>,
}

const BITCODE_MAGIC: &[u8] = b"BC\xc0\xde";
const BITCODE_WRAPPER_MAGIC: &[u8] = b"\xde\xc0\x17\x0b";
const RUST_METADATA_MAGIC: &[u8] = b"rust\0\0\0";

/// Longer than the name of any file. All members may share one text of the archive's name table: if it were long, their
/// names would take memory quadratic in the archive's size.
const MAX_NAME: usize = 4096;

/// Lists the members of `data`; returns an error for thin archives and members of an unknown kind.
pub fn open(data: &[u8]) -> Result<Input<'_>, ExtractError> {
    let mut input = Input { members: Vec::new(), skipped: Vec::new() };
    if let Some(format) = Format::of(data).map_err(|reason| ExtractError::new("", reason))? {
        input.members.push(Member { name: String::new(), format, data });
        return Ok(input);
    }
    if data.starts_with(BITCODE_MAGIC) || data.starts_with(BITCODE_WRAPPER_MAGIC) {
        input.skipped.push((String::new(), SkippedKind::Bitcode));
        return Ok(input);
    }
    each_member(data, |name, _, content| {
        let format = Format::of(content).map_err(|reason| ExtractError::new(&name, reason))?;
        if let Some(format) = format {
            input.members.push(Member { name, format, data: content });
        } else if content.starts_with(BITCODE_MAGIC) || content.starts_with(BITCODE_WRAPPER_MAGIC) {
            input.skipped.push((name, SkippedKind::Bitcode));
        } else if content.starts_with(RUST_METADATA_MAGIC) && name == "lib.rmeta" {
            input.skipped.push((name, SkippedKind::Metadata));
        } else if content.is_empty() {
            // An empty member adds nothing to a link.
        } else {
            return Err(ExtractError::new(&name, "neither an object file (ELF, COFF, Mach-O) nor LLVM bitcode"));
        }
        Ok(())
    })?;
    Ok(input)
}

/// Where a member of an archive stands: its name, and the offset and length of its content in bytes.
pub struct Place {
    pub name: String,
    pub offset: usize,
    pub length: usize,
}

/// Lists all that an archive holds but its tables of symbols and names, in order. Returns an error for anything else.
pub fn places(data: &[u8]) -> Result<Vec<Place>, ExtractError> {
    let mut places = Vec::new();
    each_member(data, |name, offset, content| {
        places.push(Place { name, offset, length: content.len() });
        Ok(())
    })?;
    Ok(places)
}

/// Calls `see` with the name, offset and content of each member of an archive, until it returns an error.
fn each_member<'data>(
    data: &'data [u8],
    mut see: impl FnMut(String, usize, &'data [u8]) -> Result<(), ExtractError>,
) -> Result<(), ExtractError> {
    if data.starts_with(b"!<thin>\n") {
        return Err(ExtractError::new("", "thin archives are not supported: their members lie elsewhere"));
    }
    if !data.starts_with(b"!<arch>\n") {
        return Err(ExtractError::new("", "neither an object file (ELF, COFF, Mach-O) nor an archive"));
    }
    let archive = ArchiveFile::parse(data).map_err(|e| ExtractError::new("", e))?;
    let mut behind = String::from("at the start");
    for member in archive.members() {
        let member = member.map_err(|e| ExtractError::new("", format!("{e} ({behind})")))?;
        if member.name().len() > MAX_NAME {
            return Err(ExtractError::new("", format!("a member name of {} bytes ({behind})", member.name().len())));
        }
        behind = format!("behind member {}", String::from_utf8_lossy(member.name()));
        let name = std::str::from_utf8(member.name())
            .map_err(|_| ExtractError::new(&String::from_utf8_lossy(member.name()), "member name is not UTF-8"))?
            .to_string();
        let content = member.data(data).map_err(|e| ExtractError::new(&name, e))?;
        see(name, member.file_range().0 as usize, content)?;
    }
    Ok(())
}
