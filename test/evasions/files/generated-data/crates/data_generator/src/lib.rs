pub const TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/data.txt"));
