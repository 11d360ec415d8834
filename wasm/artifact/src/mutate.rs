//! Damage for the parsers' tests: real objects and rlibs, damaged reproducibly by a seed.

use crate::Format;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// xorshift64*: enough for choosing places to damage, and the same everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit.max(1)
    }
}

/// Numbers that make counts, sizes and offsets overflow.
const HUGE: [u64; 8] = [u64::MAX, u64::MAX / 2, 1 << 63, u32::MAX as u64, 1 << 31, 0xffff, 0, 0x7f];

/// Returns a damaged copy; the seed chooses the kind of damage: byte flips, a cut at a 64th, bytes from elsewhere, huge
/// numbers in the header of an object, in a section header or anywhere.
pub fn damaged(original: &[u8], seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut bytes = original.to_vec();
    let member = if (3..=5).contains(&(seed % 8)) { object_starts(original) } else { Vec::new() };
    let start = if member.is_empty() { 0 } else { member[random.below(member.len())] };
    match seed % 8 {
        0 => bytes.truncate(original.len() * (seed as usize / 8 % 64) / 64),
        1 => {
            for _ in 0..=random.below(8) {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
        }
        2 => {
            let length = random.below(512).min(bytes.len());
            let from = random.below(bytes.len() - length);
            let to = random.below(bytes.len() - length);
            bytes[to..to + length].copy_from_slice(&original[from..from + length]);
        }
        3 => put(&mut bytes, start + random.below(64), &mut random),
        4 | 5 => {
            let headers = section_headers(original, start);
            for _ in 0..=random.below(3) {
                let at = start.saturating_add(headers.offset) + headers.size * random.below(headers.count) + 4 * random.below(headers.size / 4);
                put(&mut bytes, at, &mut random);
            }
        }
        6 => {
            let at = random.below(bytes.len());
            put(&mut bytes, at, &mut random);
        }
        _ => {
            // A range of bytes is removed.
            let length = random.below(256).min(bytes.len());
            let at = random.below(bytes.len() - length);
            bytes.drain(at..at + length);
        }
    }
    bytes
}

/// Where an object has its section headers.
struct Headers {
    offset: usize,
    count: usize,
    size: usize,
}

fn section_headers(bytes: &[u8], start: usize) -> Headers {
    let low = |at: usize| bytes.get(start + at).map_or(1, |&low| usize::from(low).max(1));
    match Format::of(bytes.get(start..).unwrap_or_default()) {
        Ok(Some(Format::Coff)) => Headers { offset: 20, count: low(2), size: 40 },
        // The first load command is the segment; its sections are behind it.
        Ok(Some(Format::MachO)) => Headers { offset: 32 + 72, count: low(32 + 64), size: 80 },
        _ => {
            // e_shoff: the offset of the section headers.
            let field = bytes.get(start + 40..start + 48).unwrap_or(&[0; 8]);
            let offset = u64::from_le_bytes(field.try_into().unwrap()) as usize;
            Headers { offset, count: low(60), size: 64 }
        }
    }
}

fn put(bytes: &mut [u8], at: usize, random: &mut Random) {
    let value = HUGE[random.below(HUGE.len())].to_le_bytes();
    let width = [1, 2, 4, 8][random.below(4)];
    if let Some(field) = at.checked_add(width).and_then(|end| bytes.get_mut(at..end)) {
        field.copy_from_slice(&value[..width]);
    }
}

/// Offsets of the objects in a file: its start, or those behind the headers of an archive's members.
fn object_starts(bytes: &[u8]) -> Vec<usize> {
    let behind = bytes.windows(2).enumerate().filter(|(_, two)| *two == b"`\n").map(|(at, _)| at + 2);
    // Names of members stand before their content in the archives of macOS.
    let magic = bytes.windows(4).enumerate().filter(|(_, four)| matches!(*four, b"\x7fELF" | b"\xcf\xfa\xed\xfe")).map(|(at, _)| at);
    let mut starts: Vec<usize> =
        std::iter::once(0).chain(behind).chain(magic).filter(|&at| matches!(Format::of(&bytes[at..]), Ok(Some(_)))).collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// The targets of which tests make objects, one of each format and machine.
pub const TARGETS: [&str; 5] = [
    "x86_64-unknown-linux-gnu",
    "x86_64-pc-windows-gnu",
    "x86_64-pc-windows-msvc",
    "aarch64-apple-darwin",
    "x86_64-apple-darwin",
];

/// Returns rustc's command for a target, whose standard library is installed when it is missing.
pub fn rustc(target: &str) -> Command {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let library = Command::new(&program).args(["--print", "target-libdir", "--target", target]).output().expect("rustc runs");
    let library = PathBuf::from(String::from_utf8_lossy(&library.stdout).trim());
    if !library.is_dir() {
        // The toolchain that rustc is of: cargo runs tests with RUSTUP_TOOLCHAIN.
        let added = Command::new("rustup").args(["target", "add", target]).status().expect("rustup runs");
        assert!(added.success(), "the standard library of {target} cannot be installed");
    }
    let mut command = Command::new(program);
    command.args(["--target", target, "--edition", "2021", "-C", "debuginfo=1", "-C", "symbol-mangling-version=v0"]);
    command
}

const SOURCE: &str = r#"
use std::collections::HashMap;
pub trait Speak { fn speak(&self) -> String; }
pub struct A(pub u32);
impl Speak for A { fn speak(&self) -> String { format!("{}", self.0) } }
pub static NAMES: [&str; 2] = ["a", "b"];
#[inline(always)] fn inner(m: &mut HashMap<String, Vec<u8>>, k: &str) { m.entry(k.into()).or_default().push(1) }
pub fn outer(k: &str) -> Option<Box<dyn Speak>> {
    let mut m = HashMap::new();
    inner(&mut m, k);
    std::fs::read(NAMES[m.len() % 2]).ok().map(|v| Box::new(A(v.len() as u32)) as Box<dyn Speak>)
}
#[no_mangle] pub extern "C" fn plain() -> i32 { std::panic::catch_unwind(|| outer("x").is_some() as i32).unwrap_or(0) }
"#;

/// Returns an object and an rlib of a small crate with debug info, made by the local rustc in `directory`.
pub fn samples(directory: &Path) -> [Vec<u8>; 2] {
    samples_for(directory, TARGETS[0])
}

/// The same for a target of [`TARGETS`].
pub fn samples_for(directory: &Path, target: &str) -> [Vec<u8>; 2] {
    let directory = &directory.join(target);
    std::fs::create_dir_all(directory).expect("test directory");
    let source = directory.join("sample.rs");
    std::fs::write(&source, SOURCE).expect("test source");
    [("obj", "sample.o", 1), ("link", "libsample.rlib", 3)].map(|(emit, name, codegen_units)| {
        let out: PathBuf = directory.join(name);
        let status = rustc(target)
            .args(["--crate-type", "rlib"])
            .arg(format!("-Ccodegen-units={codegen_units}"))
            .arg(format!("--emit={emit}={}", out.display()))
            .arg(&source)
            .current_dir(directory)
            .status()
            .expect("rustc runs");
        assert!(status.success());
        std::fs::read(out).expect("what rustc wrote")
    })
}

/// A section of a hand-made object: name, type, flags, link, info, entry size, content.
#[derive(Clone, Default)]
pub struct Section<'a> {
    pub name: &'a str,
    pub kind: u32,
    pub flags: u64,
    pub link: u32,
    pub info: u32,
    pub entry_size: u64,
    pub content: Vec<u8>,
    /// The section shares the bytes of the section of this number, which has to come earlier.
    pub shares: Option<usize>,
}

/// Returns a relocatable x86-64 object; sections count from 1, the last one is .shstrtab.
pub fn elf(sections: &[Section<'_>]) -> Vec<u8> {
    let mut names = vec![0u8];
    let mut body = Vec::new();
    let mut headers = vec![0u8; 64];
    let mut places: Vec<(u64, u64)> = vec![(0, 0)];
    let table = Section { name: ".shstrtab", kind: 3, ..Section::default() };
    for section in sections.iter().chain([&table]) {
        let name = names.len() as u32;
        names.extend_from_slice(section.name.as_bytes());
        names.push(0);
        let content = if section.name == ".shstrtab" { names.clone() } else { section.content.clone() };
        let place = section.shares.map_or((64 + body.len() as u64, content.len() as u64), |of| places[of]);
        if section.shares.is_none() {
            body.extend_from_slice(&content);
        }
        places.push(place);
        headers.extend(name.to_le_bytes());
        headers.extend(section.kind.to_le_bytes());
        for value in [section.flags, 0, place.0, place.1] {
            headers.extend(value.to_le_bytes());
        }
        headers.extend(section.link.to_le_bytes());
        headers.extend(section.info.to_le_bytes());
        headers.extend(1u64.to_le_bytes());
        headers.extend(section.entry_size.to_le_bytes());
    }
    let count = places.len() as u16;
    let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x01\0\x3e\0\x01\0\0\0".to_vec();
    file.extend([0; 16]);
    file.extend((64 + body.len() as u64).to_le_bytes());
    file.extend([0, 0, 0, 0, 64, 0, 0, 0, 0, 0, 64, 0]);
    file.extend(count.to_le_bytes());
    file.extend((count - 1).to_le_bytes());
    file.extend(body);
    file.extend(headers);
    file
}

/// Returns the object that rustc makes of a library's source for a target; its files are left in `directory`.
pub fn object_of(directory: &Path, target: &str, source: &str) -> Vec<u8> {
    std::fs::create_dir_all(directory).expect("test directory");
    std::fs::write(directory.join("source.rs"), source).expect("test source");
    let status = rustc(target)
        .args(["--crate-type", "lib", "-C", "codegen-units=1", "--emit", "obj=object.o", "source.rs"])
        .current_dir(directory)
        .status()
        .expect("rustc runs");
    assert!(status.success());
    std::fs::read(directory.join("object.o")).expect("what rustc wrote")
}

/// A section of a hand-made object of Windows: name, characteristics, content, and relocations by offset, symbol and kind.
pub type CoffSection<'a> = (&'a [u8; 8], u32, &'a [u8], &'a [(u32, u32, u16)]);

/// Returns an x86-64 object of Windows.
pub fn coff(sections: &[CoffSection<'_>], symbols: &[[u8; 18]]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut headers = Vec::new();
    let start = 20 + 40 * sections.len();
    for (name, characteristics, content, relocations) in sections {
        let at = start + body.len();
        headers.extend(*name);
        headers.extend([0; 8]);
        headers.extend((content.len() as u32).to_le_bytes());
        headers.extend((at as u32).to_le_bytes());
        headers.extend(((at + content.len()) as u32).to_le_bytes());
        headers.extend([0; 4]);
        headers.extend((relocations.len() as u16).to_le_bytes());
        headers.extend([0; 2]);
        headers.extend(characteristics.to_le_bytes());
        body.extend(*content);
        for (offset, symbol, kind) in *relocations {
            body.extend(offset.to_le_bytes());
            body.extend(symbol.to_le_bytes());
            body.extend(kind.to_le_bytes());
        }
    }
    let mut file = vec![0x64, 0x86];
    file.extend((sections.len() as u16).to_le_bytes());
    file.extend([0; 4]);
    file.extend(((start + body.len()) as u32).to_le_bytes());
    file.extend((symbols.len() as u32).to_le_bytes());
    file.extend([0; 4]);
    file.extend(headers);
    file.extend(body);
    file.extend(symbols.concat());
    // The table of names has an empty one, at 4.
    file.extend(5u32.to_le_bytes());
    file.push(0);
    file
}

/// Returns a symbol at the start of a section (from 1) of [`coff`]: its type, and its storage class.
pub fn coff_symbol(name: &[u8; 8], section: i16, kind: u8, class: u8) -> [u8; 18] {
    let mut row = [0; 18];
    row[..8].copy_from_slice(name);
    row[12..14].copy_from_slice(&section.to_le_bytes());
    row[14] = kind;
    row[16] = class;
    row
}

/// Returns a COFF object with the header of `/bigobj`, whose symbols name sections by 32 bits.
pub fn big(object: &[u8]) -> Vec<u8> {
    let word = |at: usize| u32::from_le_bytes(object[at..at + 4].try_into().unwrap());
    let half = |at: usize| u16::from_le_bytes(object[at..at + 2].try_into().unwrap());
    let (sections, table, symbols) = (half(2) as usize, word(8) as usize, word(12) as usize);
    const MORE: u32 = 56 - 20;
    let mut file = vec![0, 0, 0xff, 0xff, 2, 0];
    file.extend(&object[..2]);
    file.extend([0; 4]);
    file.extend([0xc7, 0xa1, 0xba, 0xd1, 0xee, 0xba, 0xa9, 0x4b, 0xaf, 0x20, 0xfa, 0xf6, 0x6a, 0xa4, 0xdc, 0xb8]);
    file.extend([0; 16]);
    file.extend((sections as u32).to_le_bytes());
    file.extend((table as u32 + MORE).to_le_bytes());
    file.extend((symbols as u32).to_le_bytes());
    for section in 0..sections {
        let mut header = object[20 + 40 * section..60 + 40 * section].to_vec();
        for pointer in [20, 24] {
            let at = u32::from_le_bytes(header[pointer..pointer + 4].try_into().unwrap());
            let moved = if at == 0 { 0 } else { at + MORE };
            header[pointer..pointer + 4].copy_from_slice(&moved.to_le_bytes());
        }
        file.extend(header);
    }
    file.extend(&object[20 + 40 * sections..table]);
    let mut auxiliary = 0;
    for row in object[table..table + 18 * symbols].chunks(18) {
        if auxiliary > 0 {
            auxiliary -= 1;
            file.extend(row);
            file.extend([0; 2]);
            continue;
        }
        auxiliary = row[17];
        file.extend(&row[..12]);
        file.extend(i32::from(i16::from_le_bytes([row[12], row[13]])).to_le_bytes());
        file.extend(&row[14..]);
    }
    file.extend(&object[table + 18 * symbols..]);
    file
}

/// Returns the processor time that this thread has had. Bounds of work are compared with it: what other processes do beside
/// a test says nothing of the parsers.
pub fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = text.split(' ').next().expect("a first word");
    Duration::from_nanos(nanoseconds.parse().expect("a number"))
}
