//! The facts file: a header of little-endian words {magic, version, crc32 of all that follows it, number of columns, bytes of
//! the payload when unpacked, length of each column in elements}, then the payload as one LZ4 block: the columns in
//! order, each padded to four bytes.

use crate::Columns;
use std::fmt;

/// Increment it whenever the layout or the meaning of a column changes: inputs of older files are then extracted again.
pub const VERSION: u32 = 16;

const MAGIC: u32 = 0x464c_4b43; // "CKLF"
const CHECKED_FROM: usize = 12;

enum Column<'a> {
    Words(&'a [u32]),
    Bytes(&'a [u8]),
}

macro_rules! columns {
    ($($field:ident $name:literal $kind:ident,)*) => {
        /// The columns in their order on disk, as engine/facts/tables.ts names them.
        pub const COLUMN_NAMES: [&str; [$($name),*].len()] = [$($name),*];

        fn in_order(columns: &Columns) -> [Column<'_>; COLUMN_NAMES.len()] {
            [$(Column::$kind(&columns.$field)),*]
        }
    };
}

columns!(
    string_offsets "stringOffsets" Words,
    string_bytes "stringBytes" Bytes,
    name_offsets "nameOffsets" Words,
    name_bytes "nameBytes" Bytes,
    member_name "memberName" Words,
    member_file "memberFile" Words,
    member_first_section "memberFirstSection" Words,
    member_machine "memberMachine" Words,
    member_format "memberFormat" Words,
    section_name "sectionName" Words,
    section_flags "sectionFlags" Words,
    section_group "sectionGroup" Words,
    section_link_order "sectionLinkOrder" Words,
    section_first_node "sectionFirstNode" Words,
    node_section "nodeSection" Words,
    node_entity "nodeEntity" Words,
    node_qualified "nodeQualified" Words,
    node_flags "nodeFlags" Words,
    node_place "nodePlace" Words,
    node_first_edge "nodeFirstEdge" Words,
    node_first_frame "nodeFirstFrame" Words,
    edge_target "edgeTarget" Words,
    edge_frame "edgeFrame" Words,
    edge_place "edgePlace" Words,
    frame_parent "frameParent" Words,
    frame_entity "frameEntity" Words,
    frame_qualified "frameQualified" Words,
    frame_place "framePlace" Words,
    place_file "placeFile" Words,
    place_line "placeLine" Words,
    place_column "placeColumn" Words,
    entity_string "entityString" Words,
    entity_first_name "entityFirstName" Words,
    entity_names "entityNames" Words,
    entity_roles "entityRoles" Bytes,
    entity_crate "entityCrate" Words,
    absolute_entity "absoluteEntity" Words,
    undefined_member "undefinedMember" Words,
    undefined_entity "undefinedEntity" Words,
    bitcode_member "bitcodeMember" Words,
);

/// Returns columns as the content of a facts file.
pub fn pack(columns: &Columns) -> Vec<u8> {
    let columns = in_order(columns);
    let mut payload = Vec::new();
    let mut header: Vec<u32> = vec![MAGIC, VERSION, 0, columns.len() as u32, 0];
    for column in &columns {
        match column {
            Column::Words(words) => {
                header.push(words.len() as u32);
                payload.extend(words.iter().flat_map(|word| word.to_le_bytes()));
            }
            Column::Bytes(bytes) => {
                header.push(bytes.len() as u32);
                payload.extend_from_slice(bytes);
                payload.resize(payload.len().next_multiple_of(4), 0);
            }
        }
    }
    header[4] = payload.len() as u32;
    let mut file: Vec<u8> = header.iter().flat_map(|word| word.to_le_bytes()).collect();
    let start = file.len();
    file.resize(start + lz4_flex::block::get_maximum_output_size(payload.len()), 0);
    // The only possible error is a lack of room, and there is room for the worst case.
    let packed = lz4_flex::block::compress_into(&payload, &mut file[start..]).unwrap_or_default();
    file.truncate(start + packed);
    let checksum = crc32fast::hash(&file[CHECKED_FROM..]);
    file[8..CHECKED_FROM].copy_from_slice(&checksum.to_le_bytes());
    file
}

/// A payload that does not match its header.
#[derive(Debug)]
pub enum LayoutError {
    Damaged(lz4_flex::block::DecompressError),
    /// The payload does not unpack to this many bytes.
    Size(usize),
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LayoutError::Damaged(error) => write!(f, "{error}"),
            LayoutError::Size(size) => write!(f, "it does not unpack to the {size} bytes that it claims"),
        }
    }
}

/// The most bytes that a byte of an LZ4 block can unpack to ("LZ4 Block Format": a length goes on as long as its bytes are 255).
const MAX_EXPANSION: usize = 256;

/// Unpacks the payload of a file to exactly `size` bytes; the caller checks the rest of the header. It allocates no more memory
/// than a payload of that length can fill.
pub fn unpack(payload: &[u8], size: usize) -> Result<Vec<u8>, LayoutError> {
    if size / MAX_EXPANSION > payload.len() {
        return Err(LayoutError::Size(size));
    }
    let unpacked = lz4_flex::block::decompress(payload, size).map_err(LayoutError::Damaged)?;
    if unpacked.len() == size { Ok(unpacked) } else { Err(LayoutError::Size(size)) }
}
