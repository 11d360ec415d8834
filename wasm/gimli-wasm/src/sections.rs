use object::CompressionFormat;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;

/// The debug sections of one member with relocations applied. Loaded sections get distinct artificial
/// addresses: in a relocatable object all begin at 0, so their rows could not be distinguished.
pub struct Sections<'data> {
    pub count: u32,
    pub little_endian: bool,
    debug: HashMap<String, Cow<'data, [u8]>>,
    /// By address: (address, size, section index).
    loaded: Vec<(u64, u64, u32)>,
    /// The address of the next one.
    next: u64,
}

impl<'data> Sections<'data> {
    /// Begins the sections of a member with `count` rows.
    pub fn new(count: usize, little_endian: bool) -> Self {
        Sections { count: count as u32, little_endian, debug: HashMap::new(), loaded: Vec::new(), next: 0x1000 }
    }

    /// Gives a loaded section an address of its own, which is returned.
    pub fn load(&mut self, section: usize, size: u64) -> Result<u64, String> {
        if size >= u64::from(u32::MAX) {
            return Err(format!("section {section} claims {size} bytes"));
        }
        let address = self.next;
        self.loaded.push((address, size, section as u32));
        self.next += (size + 31) & !15;
        if self.next >= u64::from(u32::MAX) {
            return Err("sections claim more than 4 GiB".to_string());
        }
        Ok(address)
    }

    /// Adds a debug section under its name in ELF. Of two with one name, the last counts.
    pub fn add(&mut self, name: String, content: Cow<'data, [u8]>) {
        self.debug.insert(name, content);
    }

    /// Returns a debug section by name; empty when there is none.
    pub fn get(&self, name: &str) -> &[u8] {
        self.debug.get(name).map_or(&[], |content| content)
    }

    /// Returns the section index and offset of an artificial address. With `end` the address after the last byte is valid too.
    pub fn place(&self, address: u64, end: bool) -> Option<(u32, u32)> {
        let after = self.loaded.partition_point(|&(start, _, _)| start <= address);
        let &(start, size, section) = self.loaded.get(after.checked_sub(1)?)?;
        let offset = address - start;
        (offset < size || (end && offset == size)).then_some((section, offset as u32))
    }
}

/// Unpacks a section to exactly the size in its header, never more.
#[inline(never)]
pub fn unpack(format: CompressionFormat, data: &[u8], size: u64, name: &str) -> Result<Vec<u8>, String> {
    let length = usize::try_from(size).map_err(|_| format!("{name} is too large"))?;
    let mut content = Vec::new();
    content.try_reserve_exact(length).map_err(|_| format!("no memory to unpack {name}"))?;
    let mut has_more = false;
    match format {
        CompressionFormat::Zlib => {
            let status = flate2::Decompress::new(true)
                .decompress_vec(data, &mut content, flate2::FlushDecompress::Finish)
                .map_err(|_| format!("{name} is not zlib data"))?;
            has_more = status != flate2::Status::StreamEnd;
        }
        CompressionFormat::Zstandard => {
            ruzstd::decoding::StreamingDecoder::new(data)
                .map_err(|e| format!("{name} is not zstd data: {e}"))?
                .take(size + 1)
                .read_to_end(&mut content)
                .map_err(|e| format!("{name} is not zstd data: {e}"))?;
        }
        _ => return Err(format!("{name} is compressed in a way that is not supported")),
    }
    if has_more || content.len() != length {
        return Err(format!("{name} does not unpack to the {size} bytes that it claims"));
    }
    Ok(content)
}

/// Writes the value of a relocation over the `width` bytes at `at`.
pub fn patch(bytes: &mut [u8], at: u64, width: usize, value: u64, little_endian: bool) -> Result<(), String> {
    let at = usize::try_from(at).map_err(|_| "relocation lies outside its section")?;
    let field =
        at.checked_add(width).and_then(|end| bytes.get_mut(at..end)).ok_or("relocation lies outside its section")?;
    match (little_endian, width) {
        (true, 8) => field.copy_from_slice(&value.to_le_bytes()),
        (true, _) => field.copy_from_slice(&(value as u32).to_le_bytes()),
        (false, 8) => field.copy_from_slice(&value.to_be_bytes()),
        (false, _) => field.copy_from_slice(&(value as u32).to_be_bytes()),
    }
    Ok(())
}

/// Reads the addend in the `width` bytes at `at`, little-endian and signed.
pub fn addend(bytes: &[u8], at: u64, width: usize) -> Result<i64, String> {
    let at = usize::try_from(at).map_err(|_| "relocation lies outside its section")?;
    let field = at.checked_add(width).and_then(|end| bytes.get(at..end)).ok_or("relocation lies outside its section")?;
    let mut wide = [0; 8];
    wide[..width].copy_from_slice(field);
    let unused = 64 - 8 * width as u32;
    Ok((u64::from_le_bytes(wide) << unused) as i64 >> unused)
}
