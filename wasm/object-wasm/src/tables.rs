use artifact::{Format, Strings, NONE};

/// Bits of `section_flags`.
pub mod section_flag {
    pub const ALLOC: u32 = 1;
    pub const EXEC: u32 = 2;
    pub const WRITE: u32 = 4;
    pub const TLS: u32 = 8;
    pub const RETAIN: u32 = 16;
    /// Start-up and end arrays and code, which every linker script keeps.
    pub const ROOT_ARRAY: u32 = 32;
    pub const NOTE: u32 = 64;
    pub const NOBITS: u32 = 128;
    pub const LINK_ORDER: u32 = 256;
    pub const GROUP: u32 = 512;
    /// COFF: a linker may leave it out where nothing refers to it; link.exe keeps all others.
    pub const COMDAT: u32 = 1024;
}

/// Values of `node_binding`.
pub mod binding {
    pub const LOCAL: u8 = 0;
    pub const GLOBAL: u8 = 1;
    pub const WEAK: u8 = 2;
    /// It defines its name only where nothing else in the link does, however weak (COFF's weak externals).
    pub const FALLBACK: u8 = 3;
}

/// Values of `node_kind`.
pub mod node_kind {
    pub const ANONYMOUS: u8 = 0;
    pub const FUNCTION: u8 = 1;
    pub const OBJECT: u8 = 2;
    pub const TLS: u8 = 3;
    pub const NOTYPE: u8 = 4;
}

/// The tables of one input; columns of one table have equal lengths. [`artifact::NONE`] means no row.
/// Sections are numbered over the whole input, see [`artifact`].
#[derive(Default)]
pub struct ObjectTables {
    pub strings: Strings,
    pub member_name: Vec<u32>,
    /// STT_FILE of the member; NONE when it has none, or several.
    pub member_file: Vec<u32>,
    pub member_first_section: Vec<u32>,
    pub member_section_count: Vec<u32>,
    /// ELF's e_machine, in every format.
    pub member_machine: Vec<u32>,
    /// An [`artifact::Format`].
    pub member_format: Vec<u32>,
    pub skipped_name: Vec<u32>,
    pub skipped_kind: Vec<u8>,
    /// NONE unless a join uses it: C identifiers (`__start_NAME`) and `.gcc_except_table*`.
    pub section_name: Vec<u32>,
    /// Unwind tables: `.eh_frame`, `.pdata`, `__compact_unwind`, `__eh_frame`.
    pub section_is_frame: Vec<bool>,
    pub section_flags: Vec<u32>,
    pub section_size: Vec<u32>,
    /// The SHT_GROUP section that names this one as member.
    pub section_group: Vec<u32>,
    pub section_link_order: Vec<u32>,
    /// Nodes are sorted by section, then start.
    pub node_section: Vec<u32>,
    pub node_start: Vec<u32>,
    pub node_size: Vec<u32>,
    pub node_symbol: Vec<u32>,
    pub node_binding: Vec<u8>,
    pub node_visibility: Vec<u8>,
    pub node_kind: Vec<u8>,
    /// Is the node, with those after it that start none, live apart from what stands before it in its section? In ELF a
    /// section is live as a whole; where functions share one, each is a piece.
    pub node_starts_piece: Vec<bool>,
    /// Does the object itself say that the piece of the node is kept without a reference to it?
    pub node_retained: Vec<bool>,
    pub absolute_symbol: Vec<u32>,
    /// References are sorted by section, then offset.
    pub ref_section: Vec<u32>,
    pub ref_offset: Vec<u32>,
    pub ref_from_node: Vec<u32>,
    pub ref_to_node: Vec<u32>,
    pub ref_to_symbol: Vec<u32>,
    /// References of an unwind table's entry besides its function: LSDA and personality.
    pub frame_edge_from: Vec<u32>,
    pub frame_edge_to_node: Vec<u32>,
    pub frame_edge_to_symbol: Vec<u32>,
    /// Undefined symbols of each member, used by a relocation or not: they make a linker load archive members.
    pub undefined_member: Vec<u32>,
    pub undefined_symbol: Vec<u32>,
}

/// The columns of a section.
pub struct SectionRow {
    pub name: u32,
    pub is_frame: bool,
    pub flags: u32,
    pub size: u32,
}

impl ObjectTables {
    /// Begins a member; its sections are pushed next.
    pub fn push_member(&mut self, name: &str, format: Format, machine: u16, sections: u32) {
        self.member_name.push(self.strings.intern(name));
        self.member_file.push(NONE);
        self.member_first_section.push(self.section_name.len() as u32);
        self.member_section_count.push(sections);
        self.member_machine.push(machine.into());
        self.member_format.push(format as u32);
    }

    /// Appends a section of the last member, without group and order.
    pub fn push_section(&mut self, row: SectionRow) {
        self.section_name.push(row.name);
        self.section_is_frame.push(row.is_frame);
        self.section_flags.push(row.flags);
        self.section_size.push(row.size);
        self.section_group.push(NONE);
        self.section_link_order.push(NONE);
    }
}
