use std::fmt;

/// Debug info that cannot be read.
#[derive(Debug)]
pub enum DwarfError {
    Malformed(gimli::Error),
    /// Reading it would take time or memory out of proportion to its size; no compiler writes such debug info.
    Disproportionate(&'static str),
}

impl From<gimli::Error> for DwarfError {
    fn from(error: gimli::Error) -> Self {
        DwarfError::Malformed(error)
    }
}

impl fmt::Display for DwarfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DwarfError::Malformed(error) => write!(f, "{error}"),
            DwarfError::Disproportionate(what) => write!(f, "{what}"),
        }
    }
}

pub type Result<T> = std::result::Result<T, DwarfError>;

/// The remaining amount of one kind of work. DWARF refers to its parts by offset, so many entries can share a part;
/// reading it for each of them would take quadratic time.
pub struct Budget {
    left: u64,
    what: &'static str,
}

impl Budget {
    pub fn new(limit: u64, what: &'static str) -> Self {
        Budget { left: limit, what }
    }

    pub fn spend(&mut self, amount: u64) -> Result<()> {
        self.left = self.left.checked_sub(amount).ok_or(DwarfError::Disproportionate(self.what))?;
        Ok(())
    }
}

/// The budgets of one member.
pub struct Budgets {
    /// Bytes of line programs.
    pub lines: Budget,
    /// Entries of range lists.
    pub ranges: Budget,
    /// Attributes of entries: some forms take no bytes.
    pub attributes: Budget,
}
