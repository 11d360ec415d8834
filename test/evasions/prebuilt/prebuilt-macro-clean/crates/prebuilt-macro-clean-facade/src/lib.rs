pub use prebuilt_macro_clean_macro::act;
