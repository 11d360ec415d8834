#[path = "../../../shared/common.rs"]
pub mod common;
