/// Offsets are u32.
const MAX_BYTES: u64 = u32::MAX as u64;
/// Far more probes than ordinary names need in a table that is at most half full. The hash has no secret, so names can be
/// made to collide.
const MAX_PROBES: u32 = 2048;

/// An interned table of strings: equal text gets equal ids.
pub struct Strings {
    pub text: String,
    /// One more entry than there are strings.
    pub offsets: Vec<u32>,
    slots: Vec<u32>,
    /// Bytes that were looked up; `limit` is the maximum.
    work: u64,
    limit: u64,
    exceeded: Option<&'static str>,
}

impl Default for Strings {
    fn default() -> Self {
        Strings { text: String::new(), offsets: vec![0], slots: vec![0; 1024], work: 0, limit: MAX_BYTES, exceeded: None }
    }
}

impl Strings {
    /// A table for an input of `length` bytes. Its limit is many times that, so that only a hostile input
    /// reaches it.
    pub fn for_input(length: usize) -> Self {
        Strings { limit: (64 << 20) + 64 * length as u64, ..Strings::default() }
    }

    /// Returns an error once a limit was exceeded; from then on ids are meaningless.
    pub fn check(&self) -> Result<(), &'static str> {
        self.exceeded.map_or(Ok(()), Err)
    }

    /// Counts bytes of a name that was read without being interned: many rows of an object may share one long text.
    pub fn spend(&mut self, bytes: usize) -> Result<(), &'static str> {
        self.work += bytes as u64;
        if self.work > self.limit {
            self.exceeded = Some("names and paths of it are out of all proportion to its size");
        }
        self.check()
    }

    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, id: u32) -> &str {
        let id = id as usize;
        &self.text[self.offsets[id] as usize..self.offsets[id + 1] as usize]
    }

    /// Returns the id of `text`, new or known. Call [`Strings::check`] in the end: a limit may be exceeded.
    pub fn intern(&mut self, text: &str) -> u32 {
        let mask = self.slots.len() - 1;
        if self.spend(text.len()).is_err() {
            return 0;
        }
        if self.text.len() as u64 + text.len() as u64 > MAX_BYTES {
            self.exceeded = Some("names and paths of it take more than 4 GiB");
        }
        if self.exceeded.is_some() {
            return 0;
        }
        let mut probes = 0;
        let mut slot = hash(text.as_bytes()) as usize & mask;
        loop {
            probes += 1;
            if probes > MAX_PROBES {
                self.exceeded = Some("names of it were made to collide");
                return 0;
            }
            let id = self.slots[slot];
            if id == 0 {
                break;
            }
            if self.get(id - 1) == text {
                return id - 1;
            }
            slot = (slot + 1) & mask;
        }
        let id = self.len() as u32;
        self.text.push_str(text);
        self.offsets.push(self.text.len() as u32);
        self.slots[slot] = id + 1;
        if self.len() * 2 > self.slots.len() {
            self.grow();
        }
        id
    }

    fn grow(&mut self) {
        let mut slots = vec![0u32; self.slots.len() * 2];
        let mask = slots.len() - 1;
        for id in 0..self.len() as u32 {
            let mut slot = hash(self.get(id).as_bytes()) as usize & mask;
            while slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = id + 1;
        }
        self.slots = slots;
    }
}

const K: u64 = 0x9e37_79b9_7f4a_7c15;

fn hash(text: &[u8]) -> u32 {
    let mut h: u64 = text.len() as u64;
    let mut chunks = text.chunks_exact(8);
    for chunk in &mut chunks {
        let word = u64::from_le_bytes([
            chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7],
        ]);
        h = (h.rotate_left(5) ^ word).wrapping_mul(K);
    }
    for &byte in chunks.remainder() {
        h = (h.rotate_left(5) ^ u64::from(byte)).wrapping_mul(K);
    }
    ((h ^ (h >> 29)) >> 16) as u32
}

#[cfg(test)]
mod tests {
    use super::{Strings, K};

    /// Two texts of 16 letters that take the hash from `state` to the same state, and that state.
    fn collision(state: u64) -> ([u64; 2], [u64; 2], u64) {
        let word = |n: u32| u64::from_le_bytes(format!("{n:08}").into_bytes().try_into().unwrap());
        let step = |state: u64, word: u64| (state.rotate_left(5) ^ word).wrapping_mul(K);
        let first = step(state, word(0));
        // If the states differ in no byte's highest bit, a second word of ASCII makes them equal.
        for n in 1.. {
            let difference = first.rotate_left(5) ^ step(state, word(n)).rotate_left(5);
            if difference & 0x8080_8080_8080_8080 == 0 {
                return ([word(0), word(0)], [word(n), word(0) ^ difference], step(first, word(0)));
            }
        }
        unreachable!()
    }

    #[test]
    fn names_that_were_made_to_collide_end_the_table() {
        let mut state = 14 * 16;
        let pairs: Vec<_> = (0..14)
            .map(|_| {
                let (one, other, next) = collision(state);
                state = next;
                [one, other].map(|words| words.map(u64::to_le_bytes).concat())
            })
            .collect();
        let mut strings = Strings::default();
        for n in 0..1usize << 14 {
            let name: Vec<u8> = pairs.iter().enumerate().flat_map(|(bit, pair)| pair[n >> bit & 1].clone()).collect();
            strings.intern(std::str::from_utf8(&name).unwrap());
        }
        assert_eq!(strings.check(), Err("names of it were made to collide"));
    }

    #[test]
    fn a_table_has_an_end() {
        let mut strings = Strings::for_input(1);
        assert_ne!(strings.intern("a"), strings.intern("b"));
        for _ in 0..100 {
            strings.intern(&"x".repeat(1 << 20));
        }
        assert!(strings.check().is_err());
    }
}
