//! The objects of a link input: sections, symbols as nodes, relocations as references. Each format has a module that fills the
//! same tables.

mod coff;
mod crates;
mod elf;
mod extract;
mod linked;
mod macho;
mod mentioned;
mod names;
mod nodes;
mod references;
mod roles;
mod tables;
#[cfg(feature = "wasm")]
pub mod wasm;
pub use extract::extract;
pub use linked::{linked_symbols, LinkedSymbols};
pub use mentioned::{mentioned_symbols, MentionedSymbols};
pub use names::{demangle, plain_name, split_names, SplitNames};
pub use roles::Role;
pub use tables::{binding, node_kind, section_flag, ObjectTables};
