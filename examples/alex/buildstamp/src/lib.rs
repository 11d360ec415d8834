//! Tells on which system the program was built.

/// What `uname` said while this crate was built.
pub const BUILT_ON: &str = env!("BUILT_ON");
