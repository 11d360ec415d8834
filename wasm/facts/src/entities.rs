use artifact::{Strings, NONE};

/// Numbers the strings of a table that are names.
pub struct Entities {
    pub strings: Strings,
    of_string: Vec<u32>,
    /// The string of each entity.
    pub string: Vec<u32>,
}

impl Entities {
    pub fn new(strings: Strings) -> Self {
        let of_string = vec![NONE; strings.len()];
        Entities { strings, of_string, string: Vec::new() }
    }

    /// Returns the entity of the string `id`.
    pub fn of(&mut self, id: u32) -> u32 {
        let known = &mut self.of_string[id as usize];
        if *known == NONE {
            *known = self.string.len() as u32;
            self.string.push(id);
        }
        *known
    }

    pub fn text(&self, entity: u32) -> &str {
        self.strings.get(self.string[entity as usize])
    }
}

/// Collects the used strings of a table, each once, in the order of first use.
pub struct UsedStrings<'a> {
    strings: &'a Strings,
    renumbered: Vec<u32>,
    pub offsets: Vec<u32>,
    pub bytes: Vec<u8>,
}

impl<'a> UsedStrings<'a> {
    pub fn of(strings: &'a Strings) -> Self {
        UsedStrings { strings, renumbered: vec![NONE; strings.len()], offsets: vec![0], bytes: Vec::new() }
    }

    /// Returns the ids in the table of used strings; NONE stays.
    pub fn column(&mut self, ids: impl Iterator<Item = u32>) -> Vec<u32> {
        ids.map(|id| if id == NONE { NONE } else { self.id(id) }).collect()
    }

    fn id(&mut self, id: u32) -> u32 {
        let known = self.renumbered[id as usize];
        if known != NONE {
            return known;
        }
        let new = self.offsets.len() as u32 - 1;
        self.bytes.extend_from_slice(self.strings.get(id).as_bytes());
        self.offsets.push(self.bytes.len() as u32);
        self.renumbered[id as usize] = new;
        new
    }
}
