pub use macro_renamed_helper::raw as innocent;
pub mod again {
    pub use crate::innocent as harmless;
}
