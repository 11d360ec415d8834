use artifact::NONE;
use object_wasm::{binding, node_kind, plain_name, section_flag, ObjectTables, Role, SplitNames};

/// Bits of `node_flags`.
pub mod node_flag {
    pub const GLOBAL: u32 = 1;
    pub const WEAK: u32 = 2;
    /// STV_HIDDEN or STV_INTERNAL: never exported.
    pub const HIDDEN: u32 = 4;
    pub const FUNCTION: u32 = 8;
    /// Data without a symbol of its own in the output: looked through (rule 4.5).
    pub const ANONYMOUS: u32 = 16;
    /// A call shim under core::ops::function: looked through in the same way (rule 4.6).
    pub const CALL_SHIM: u32 = 32;
    /// Defines its name only where nothing else does.
    pub const FALLBACK: u32 = 64;
}

const STV_INTERNAL: u8 = 1;
const STV_HIDDEN: u8 = 2;

/// Prefixes of data symbols that compilers invent for constants: their targets count as the referrer's (rule 4.5).
const INVENTED: [&str; 9] =
    [".L", "anon.", "alloc_", "vtable.", "str.", "switch.", ".str", "__unnamed_", ".refptr."];

/// Returns the flags of a node; `name` is its symbol, `call_shim` its value from [`call_shims`].
pub fn of_node(object: &ObjectTables, node: usize, name: Option<&str>, call_shim: bool) -> u32 {
    let executable = object.section_flags[object.node_section[node] as usize] & section_flag::EXEC != 0;
    let mut flags = match object.node_binding[node] {
        binding::GLOBAL => node_flag::GLOBAL,
        binding::WEAK => node_flag::GLOBAL | node_flag::WEAK,
        binding::FALLBACK => node_flag::GLOBAL | node_flag::WEAK | node_flag::FALLBACK,
        _ => 0,
    };
    if matches!(object.node_visibility[node], STV_HIDDEN | STV_INTERNAL) {
        flags |= node_flag::HIDDEN;
    }
    if executable || object.node_kind[node] == node_kind::FUNCTION {
        flags |= node_flag::FUNCTION;
    }
    if !executable && name.is_none_or(|name| INVENTED.iter().any(|prefix| name.starts_with(prefix))) {
        flags |= node_flag::ANONYMOUS;
    }
    if call_shim {
        flags |= node_flag::CALL_SHIM;
    }
    flags
}

/// Returns, for each string, whether it is a call of `core::ops::function`, a shim of rule 4.6.
pub fn call_shims(split: &SplitNames) -> Vec<bool> {
    let names: Vec<bool> = (0..split.names.len() as u32).map(|id| is_call_shim(split.names.get(id))).collect();
    split
        .start
        .windows(2)
        .map(|range| {
            let range = range[0] as usize..range[1] as usize;
            let mut own = split.name_ids[range.clone()].iter().zip(&split.roles[range]);
            own.any(|(&id, &role)| role == Role::Own && names[id as usize])
        })
        .collect()
}

fn is_call_shim(name: &str) -> bool {
    let name = plain_name(name);
    let Some(rest) = name.strip_prefix("core::ops::function::") else { return false };
    let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    letters > 0 && matches!(&rest[letters..], "::call" | "::call_mut" | "::call_once")
}

/// Returns `id`, or `None` for [`NONE`].
pub fn known(id: u32) -> Option<u32> {
    (id != NONE).then_some(id)
}
