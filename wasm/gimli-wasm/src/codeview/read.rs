/// A reason why debug info cannot be read.
pub type Result<T> = std::result::Result<T, &'static str>;

pub const CUT: &str = "a record is cut short";

/// Reads little-endian numbers one after another.
pub struct Cursor<'data> {
    bytes: &'data [u8],
    at: usize,
}

impl<'data> Cursor<'data> {
    pub fn new(bytes: &'data [u8]) -> Self {
        Cursor { bytes, at: 0 }
    }

    pub fn at(&self) -> usize {
        self.at
    }

    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub fn is_empty(&self) -> bool {
        self.left() == 0
    }

    pub fn bytes(&mut self, length: usize) -> Result<&'data [u8]> {
        let end = self.at.checked_add(length).ok_or(CUT)?;
        let bytes = self.bytes.get(self.at..end).ok_or(CUT)?;
        self.at = end;
        Ok(bytes)
    }

    pub fn skip(&mut self, length: usize) -> Result<()> {
        self.bytes(length).map(|_| ())
    }

    pub fn u8(&mut self) -> Result<u8> {
        self.bytes(1).map(|b| b[0])
    }

    pub fn u16(&mut self) -> Result<u16> {
        self.bytes(2).map(|b| u16::from_le_bytes([b[0], b[1]]))
    }

    pub fn u32(&mut self) -> Result<u32> {
        self.bytes(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }

    /// Returns the number of 16 bits that stands `ahead` bytes from here.
    pub fn peek(&self, ahead: usize) -> Option<u16> {
        let at = self.at.checked_add(ahead)?;
        self.bytes.get(at..at.checked_add(2)?).map(|b| u16::from_le_bytes([b[0], b[1]]))
    }

    pub fn rest(&mut self) -> &'data [u8] {
        let rest = &self.bytes[self.at..];
        self.at = self.bytes.len();
        rest
    }

    /// Reads a text up to its zero.
    pub fn text(&mut self) -> Result<&'data [u8]> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|&byte| byte == 0).ok_or(CUT)?;
        self.at += end + 1;
        Ok(&rest[..end])
    }

    /// Goes on at the next multiple of four, or the end.
    pub fn align(&mut self) {
        self.at = self.at.next_multiple_of(4).min(self.bytes.len());
    }
}
