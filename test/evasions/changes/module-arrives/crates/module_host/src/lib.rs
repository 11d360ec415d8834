mod detail;
pub use detail::go;
