use object::{macho, pe};

/// The format of an object file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Format {
    Elf = 0,
    /// Windows: objects of `rustc` and of C compilers, with more than 2^16 sections too (`/bigobj`), and short import objects.
    Coff = 1,
    /// macOS, iOS and their kin.
    MachO = 2,
}

impl Format {
    /// Returns the format of a file by its first bytes; `None` for what is no object file. An object of a kind that is not read is
    /// an error.
    pub fn of(data: &[u8]) -> Result<Option<Format>, &'static str> {
        if data.starts_with(b"\x7fELF") {
            return Ok(Some(Format::Elf));
        }
        let word = |at: usize| data.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let half = |at: usize| data.get(at..at + 2).map(|b| u16::from_le_bytes([b[0], b[1]]));
        match word(0) {
            Some(macho::MH_MAGIC_64) => return Ok(Some(Format::MachO)),
            Some(macho::MH_MAGIC) => return Err("a Mach-O object of 32 bits, which is not read"),
            Some(magic) if magic.swap_bytes() == macho::FAT_MAGIC || magic.swap_bytes() == macho::FAT_MAGIC_64 => {
                // A class file of Java begins the same; no link has one.
                return Err("a file for several machines (universal); extract the one of the target by lipo -thin");
            }
            _ => {}
        }
        // An import object and one with many sections: IMAGE_FILE_MACHINE_UNKNOWN, then what no count of sections is.
        if half(0) == Some(0) && half(2) == Some(0xffff) {
            return match half(4) {
                Some(0) => Ok(Some(Format::Coff)),
                Some(_) if is_bigobj(data) => Ok(Some(Format::Coff)),
                _ => Err("a COFF object of a kind that is not read (/GL, link-time code generation)"),
            };
        }
        let is_machine = half(0).is_some_and(|machine| {
            matches!(
                machine,
                pe::IMAGE_FILE_MACHINE_AMD64
                    | pe::IMAGE_FILE_MACHINE_I386
                    | pe::IMAGE_FILE_MACHINE_ARM64
                    | pe::IMAGE_FILE_MACHINE_ARM64EC
                    | pe::IMAGE_FILE_MACHINE_ARMNT
            )
        });
        // An object has no optional header.
        Ok((is_machine && half(16) == Some(0)).then_some(Format::Coff))
    }
}

/// Is it a COFF object with the header of `/bigobj`?
pub fn is_bigobj(data: &[u8]) -> bool {
    let half = |at: usize| data.get(at..at + 2).map(|b| u16::from_le_bytes([b[0], b[1]]));
    half(4).is_some_and(|version| version >= 2)
        && data.get(12..28) == Some(&pe::ANON_OBJECT_HEADER_BIGOBJ_CLASS_ID.0[..])
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn by_the_first_bytes() {
        assert_eq!(Format::of(b"\x7fELF\x02"), Ok(Some(Format::Elf)));
        assert_eq!(Format::of(b"\xcf\xfa\xed\xfe"), Ok(Some(Format::MachO)));
        assert_eq!(Format::of(&[&[0x64, 0x86, 1, 0][..], &[0; 16]].concat()), Ok(Some(Format::Coff)));
        assert_eq!(Format::of(&[0, 0, 0xff, 0xff, 0, 0]), Ok(Some(Format::Coff)));
        assert!(Format::of(&[0, 0, 0xff, 0xff, 1, 0]).is_err());
        assert!(Format::of(b"\xca\xfe\xba\xbe").is_err());
        for bytes in [&b""[..], b"d", b"hello, I am no object", b"\x64\x86", b"MZ\x90"] {
            assert_eq!(Format::of(bytes), Ok(None));
        }
    }
}
