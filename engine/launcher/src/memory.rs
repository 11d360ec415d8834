//! What a supervised call says in the memory of its process. It is read once: what was read is what is checked and done.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// The longest path that the kernel takes.
const LONGEST_PATH: usize = 4096;
const PAGE: usize = 4096;

pub struct Memory(File);

impl Memory {
    /// The memory of a thread's process. Errors are the call's.
    pub fn of(thread: u32) -> Result<Memory, i32> {
        File::open(format!("/proc/{thread}/mem")).map(Memory).map_err(|_| libc::EACCES)
    }

    pub fn bytes(&self, address: u64, length: usize) -> Result<Vec<u8>, i32> {
        let mut bytes = vec![0; length];
        self.0.read_exact_at(&mut bytes, address).map_err(|_| libc::EFAULT)?;
        Ok(bytes)
    }

    /// The text at an address, up to its NUL.
    pub fn text(&self, address: u64) -> Result<Vec<u8>, i32> {
        let mut text = Vec::new();
        let mut at = address;
        while text.len() < LONGEST_PATH {
            // What lies behind the page may not be there.
            let length = PAGE - (at as usize % PAGE);
            let bytes = self.bytes(at, length)?;
            if let Some(end) = bytes.iter().position(|byte| *byte == 0) {
                text.extend_from_slice(&bytes[..end]);
                return if text.len() < LONGEST_PATH { Ok(text) } else { Err(libc::ENAMETOOLONG) };
            }
            text.extend_from_slice(&bytes);
            at += length as u64;
        }
        Err(libc::ENAMETOOLONG)
    }

    /// Pairs of numbers, as of times: seconds and what goes beyond.
    pub fn pairs(&self, address: u64) -> Result<[[i64; 2]; 2], i32> {
        let bytes = self.bytes(address, 32)?;
        let number = |at: usize| i64::from_ne_bytes(bytes[8 * at..8 * at + 8].try_into().unwrap_or_default());
        Ok([[number(0), number(1)], [number(2), number(3)]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Memory {
        Memory::of(std::process::id()).unwrap()
    }

    #[test]
    fn a_text_ends_at_its_nul_wherever_pages_do() {
        let mut bytes = vec![b'x'; 3 * PAGE];
        for (start, length) in [(0, 10), (PAGE - 3, 6), (PAGE - 1, PAGE - 2), (7, LONGEST_PATH - 1)] {
            bytes.fill(b'x');
            bytes[start + length] = 0;
            let found = own().text(bytes[start..].as_ptr() as u64);
            assert_eq!(found.map(|text| text.len()), Ok(length));
        }
    }

    #[test]
    fn what_cannot_be_read_is_the_errors_of_the_call() {
        let long = vec![b'x'; 3 * PAGE];
        assert_eq!(own().text(long.as_ptr() as u64), Err(libc::ENAMETOOLONG));
        assert_eq!(own().text(8), Err(libc::EFAULT));
        assert_eq!(own().bytes(u64::MAX - 8, 16), Err(libc::EFAULT));
        assert!(Memory::of(0).is_err());
    }
}
