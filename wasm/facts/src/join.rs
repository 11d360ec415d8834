use crate::columns::{first_rows, group_by};
use crate::entities::{Entities, UsedStrings};
use crate::flags::{self, known};
use crate::pieces::Pieces;
use crate::sweep::{Place, Sweep, NOWHERE};
use crate::Columns;
use artifact::{ExtractError, Strings, NONE};
use gimli_wasm::DwarfTables;
use indexmap::{IndexMap, IndexSet};
use object_wasm::{section_flag, ObjectTables};
use rustc_hash::FxBuildHasher;
use std::hash::{Hash, Hasher};

/// Set in `edge_target` when the target is an entity (a name that the link resolves), not a node of this file.
const ENTITY_BIT: u32 = 0x8000_0000;
/// Inlined calls nested deeper than this are charged to the enclosing one.
const MAX_DEPTH: u32 = 512;

/// Rows of a table, each once, numbered in the order of their insertion.
type Rows = IndexSet<Row, FxBuildHasher>;

#[derive(Clone, Copy, PartialEq, Eq)]
struct Row([u32; 4]);

impl Hash for Row {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // A slice would be hashed by products of 128 bits, which WASM does not have.
        let Row([a, b, c, d]) = *self;
        state.write_u64(u64::from(a) << 32 | u64::from(b));
        state.write_u64(u64::from(c) << 32 | u64::from(d));
    }
}

fn intern(rows: &mut Rows, row: [u32; 4]) -> u32 {
    rows.insert_full(Row(row)).0 as u32
}

struct Join<'a> {
    object: &'a ObjectTables,
    dwarf: Option<&'a DwarfTables>,
    entities: Entities,
    section_first_node: Vec<u32>,
    /// File, line, column.
    places: Rows,
    /// Node, parent, entity, place.
    frames: Rows,
    /// From, target, frame, place.
    edges: Rows,
    frame_of_row: Vec<u32>,
    /// By frame: the entity of its debug-info name, if that is not its symbol.
    frame_qualified: Vec<u32>,
    node_qualified: Vec<u32>,
    node_place: Vec<u32>,
}

/// Joins the tables of an input; `strings` is the table of both. Places and inlined frames are found by
/// sweeping the references of each section beside its line rows and inlined ranges.
#[inline(never)]
pub fn join(object: ObjectTables, dwarf: Option<&DwarfTables>, strings: Strings) -> Result<Columns, ExtractError> {
    let nodes = object.node_section.len();
    let mut join = Join {
        object: &object,
        dwarf,
        entities: Entities::new(strings),
        section_first_node: first_rows(object.node_section.iter().copied(), object.section_flags.len()),
        places: Rows::default(),
        frames: Rows::default(),
        edges: Rows::default(),
        frame_of_row: vec![NONE; dwarf.map_or(0, |dwarf| dwarf.inlined_section.len())],
        frame_qualified: Vec::new(),
        node_qualified: vec![NONE; nodes],
        node_place: vec![NONE; nodes],
    };
    let node_entity: Vec<u32> =
        object.node_symbol.iter().map(|&symbol| known(symbol).map_or(NONE, |id| join.entities.of(id))).collect();
    if let Some(dwarf) = dwarf {
        join.declarations(dwarf);
        for row in 0..dwarf.inlined_section.len() as u32 {
            join.frame(dwarf, row, 0);
        }
    }
    join.references();
    join.finish(node_entity)
}

impl Join<'_> {
    fn place(&mut self, place: Place) -> u32 {
        if place.file == NONE {
            return NONE;
        }
        intern(&mut self.places, [place.file, place.line, place.column, 0])
    }

    /// Sets the place of each node's declaration, and its name in the debug info.
    #[inline(never)]
    fn declarations(&mut self, dwarf: &DwarfTables) {
        // What is declared last at an offset counts: to give it to each of many aliases as often as it is declared would take
        // quadratic time.
        let mut declared: IndexMap<(u32, u32), (u32, Place), FxBuildHasher> = IndexMap::default();
        let mut declare = |at: (u32, u32), qualified: u32, place: Place| {
            let last = declared.entry(at).or_insert((NONE, place));
            *last = (known(qualified).unwrap_or(last.0), place);
        };
        for row in 0..dwarf.function_section.len() {
            declare(
                (dwarf.function_section[row], dwarf.function_start[row]),
                dwarf.function_qualified[row],
                Place { file: dwarf.function_file[row], line: dwarf.function_line[row], column: 0 },
            );
        }
        for row in 0..dwarf.variable_section.len() {
            declare(
                (dwarf.variable_section[row], dwarf.variable_offset[row]),
                dwarf.variable_qualified[row],
                Place { file: dwarf.variable_file[row], line: dwarf.variable_line[row], column: 0 },
            );
        }
        for (at, (qualified, place)) in declared {
            self.declare(at, qualified, place);
        }
    }

    fn declare(&mut self, (section, offset): (u32, u32), qualified: u32, place: Place) {
        let nodes = self.nodes_of(section);
        let starts = &self.object.node_start[nodes.clone()];
        let first = nodes.start + starts.partition_point(|&start| start < offset);
        // Aliases share an offset.
        for node in first..nodes.end {
            if self.object.node_start[node] != offset {
                break;
            }
            self.node_place[node] = self.place(place);
            if let Some(name) = known(qualified) {
                self.node_qualified[node] = self.entities.of(name);
            }
        }
    }

    fn nodes_of(&self, section: u32) -> std::ops::Range<usize> {
        let section = section as usize;
        match (self.section_first_node.get(section), self.section_first_node.get(section + 1)) {
            (Some(&first), Some(&end)) => first as usize..end as usize,
            _ => 0..0,
        }
    }

    /// Returns the node that covers an offset; of aliases the first.
    fn node_covering(&self, section: u32, offset: u32) -> u32 {
        let nodes = self.nodes_of(section);
        let starts = &self.object.node_start[nodes.clone()];
        let after = starts.partition_point(|&start| start <= offset);
        if after == 0 {
            return NONE;
        }
        let start = starts[after - 1];
        (nodes.start + starts.partition_point(|&other| other < start)) as u32
    }

    /// Returns the frame of an inlined call.
    #[inline(never)]
    fn frame(&mut self, dwarf: &DwarfTables, row: u32, depth: u32) -> u32 {
        let at = row as usize;
        if self.frame_of_row[at] != NONE {
            return self.frame_of_row[at];
        }
        let (linkage, qualified) = (known(dwarf.inlined_linkage[at]), known(dwarf.inlined_qualified[at]));
        let node = self.node_covering(dwarf.inlined_section[at], dwarf.inlined_start[at]);
        let (Some(name), true) = (linkage.or(qualified), node != NONE && depth <= MAX_DEPTH) else { return NONE };
        let parent = known(dwarf.inlined_parent[at]).map_or(NONE, |parent| self.frame(dwarf, parent, depth + 1));
        let entity = self.entities.of(name);
        let place = self.place(Place {
            file: dwarf.inlined_call_file[at],
            line: dwarf.inlined_call_line[at],
            column: dwarf.inlined_call_column[at],
        });
        let frame = intern(&mut self.frames, [node, parent, entity, place]);
        self.frame_qualified.resize(self.frames.len(), NONE);
        if let (Some(_), Some(qualified)) = (linkage, qualified) {
            self.frame_qualified[frame as usize] = self.entities.of(qualified);
        }
        self.frame_of_row[at] = frame;
        frame
    }

    #[inline(never)]
    fn references(&mut self) {
        let object = self.object;
        let mut sweep = self.dwarf.map(|dwarf| (dwarf, Sweep::new(dwarf, object.section_flags.len())));
        for reference in 0..object.ref_section.len() {
            let section = object.ref_section[reference];
            let (mut place, mut frame) = (NOWHERE, NONE);
            let executable = object.section_flags[section as usize] & section_flag::EXEC != 0;
            if let (Some((dwarf, sweep)), true) = (&mut sweep, executable) {
                let inlined;
                (place, inlined) = sweep.at(section, object.ref_offset[reference]);
                frame = known(inlined).map_or(NONE, |row| self.frame(dwarf, row, 0));
            }
            let place = self.place(place);
            self.edge(
                object.ref_from_node[reference],
                (object.ref_to_node[reference], object.ref_to_symbol[reference]),
                frame,
                place,
            );
        }
        for edge in 0..object.frame_edge_from.len() {
            self.edge(
                object.frame_edge_from[edge],
                (object.frame_edge_to_node[edge], object.frame_edge_to_symbol[edge]),
                NONE,
                NONE,
            );
        }
    }

    fn edge(&mut self, from: u32, (node, symbol): (u32, u32), frame: u32, place: u32) {
        let target = match (known(node), known(symbol)) {
            (Some(node), _) => node,
            (None, Some(symbol)) => ENTITY_BIT | self.entities.of(symbol),
            // R_*_NONE against symbol 0.
            (None, None) => return,
        };
        intern(&mut self.edges, [from, target, frame, place]);
    }

    fn finish(mut self, node_entity: Vec<u32>) -> Result<Columns, ExtractError> {
        let object = self.object;
        let mut entities_of = |symbols: &[u32]| symbols.iter().map(|&id| self.entities.of(id)).collect::<Vec<u32>>();
        let absolute_entity = entities_of(&object.absolute_symbol);
        let undefined_entity = entities_of(&object.undefined_symbol);

        let texts = self.entities.string.iter().map(|&id| self.entities.strings.get(id));
        let names = object_wasm::split_names(texts).map_err(|reason| ExtractError::new("", reason))?;
        let call_shims = flags::call_shims(&names);
        let node_flags = (0..object.node_section.len())
            .map(|node| {
                let entity = known(node_entity[node]);
                let name = entity.map(|entity| self.entities.text(entity));
                flags::of_node(object, node, name, entity.is_some_and(|entity| call_shims[entity as usize]))
            })
            .collect();

        // Edges and frames grouped by their node, so that a walk reads them in one run.
        let nodes = object.node_section.len();
        let (node_first_edge, edge_order) = group_by(self.edges.iter().map(|edge| edge.0[0]), nodes);
        let (node_first_frame, frame_order) = group_by(self.frames.iter().map(|frame| frame.0[0]), nodes);
        let mut new_frame = vec![0; frame_order.len()];
        for (new, &old) in frame_order.iter().enumerate() {
            new_frame[old as usize] = new as u32;
        }
        let renumbered = |frame: u32| known(frame).map_or(NONE, |frame| new_frame[frame as usize]);
        let edges: Vec<[u32; 4]> = edge_order.iter().map(|&row| self.edges[row as usize].0).collect();
        let frames: Vec<[u32; 4]> = frame_order.iter().map(|&row| self.frames[row as usize].0).collect();

        let pieces = Pieces::of(object);
        let mut used = UsedStrings::of(&self.entities.strings);
        Ok(Columns {
            member_name: used.column(object.member_name.iter().copied()),
            member_file: used.column(object.member_file.iter().copied()),
            section_name: used.column(pieces.column(&object.section_name).into_iter()),
            place_file: used.column(self.places.iter().map(|place| place.0[0])),
            entity_string: used.column(self.entities.string.iter().copied()),
            bitcode_member: used.column(
                object
                    .skipped_name
                    .iter()
                    .zip(&object.skipped_kind)
                    .filter(|(_, &kind)| kind == artifact::SkippedKind::Bitcode as u8)
                    .map(|(&name, _)| name),
            ),
            string_offsets: used.offsets,
            string_bytes: used.bytes,
            name_offsets: names.names.offsets,
            name_bytes: names.names.text.into_bytes(),
            member_first_section: object.member_first_section.iter().map(|&section| pieces.first_of(section)).collect(),
            member_machine: object.member_machine.clone(),
            member_format: object.member_format.clone(),
            section_flags: pieces.flags(object),
            section_group: pieces.naming(&object.section_group),
            section_link_order: pieces.naming(&object.section_link_order),
            section_first_node: first_rows(pieces.of_nodes().iter().copied(), pieces.len()),
            node_section: pieces.of_nodes().to_vec(),
            node_flags,
            node_first_edge,
            node_first_frame,
            edge_target: edges.iter().map(|edge| edge[1]).collect(),
            edge_frame: edges.iter().map(|edge| renumbered(edge[2])).collect(),
            edge_place: edges.iter().map(|edge| edge[3]).collect(),
            frame_parent: frames.iter().map(|frame| renumbered(frame[1])).collect(),
            frame_entity: frames.iter().map(|frame| frame[2]).collect(),
            frame_qualified: frame_order.iter().map(|&row| self.frame_qualified[row as usize]).collect(),
            frame_place: frames.iter().map(|frame| frame[3]).collect(),
            place_line: self.places.iter().map(|place| place.0[1]).collect(),
            place_column: self.places.iter().map(|place| place.0[2]).collect(),
            entity_first_name: names.start,
            entity_names: names.name_ids,
            entity_roles: names.roles.iter().map(|&role| role as u8).collect(),
            entity_crate: names.crates,
            absolute_entity,
            undefined_member: object.undefined_member.clone(),
            undefined_entity,
            node_entity,
            node_qualified: self.node_qualified,
            node_place: self.node_place,
        })
    }
}
