/// An interned table of byte strings: equal bytes get equal ids.
pub struct Strings {
    pub bytes: Vec<u8>,
    /// One more entry than there are strings.
    pub offsets: Vec<u32>,
    slots: Vec<u32>,
}

impl Default for Strings {
    fn default() -> Self {
        Strings { bytes: Vec::new(), offsets: vec![0], slots: vec![0; 1024] }
    }
}

impl Strings {
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, id: u32) -> &[u8] {
        let id = id as usize;
        &self.bytes[self.offsets[id] as usize..self.offsets[id + 1] as usize]
    }

    /// The id of `text`, new or old. The input is smaller than 4 GiB, and so is what is interned of it.
    pub fn intern(&mut self, text: &[u8]) -> u32 {
        let mask = self.slots.len() - 1;
        let mut slot = hash(text) as usize & mask;
        loop {
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
        self.bytes.extend_from_slice(text);
        self.offsets.push(self.bytes.len() as u32);
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
            let mut slot = hash(self.get(id)) as usize & mask;
            while slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = id + 1;
        }
        self.slots = slots;
    }
}

fn hash(text: &[u8]) -> u32 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
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
