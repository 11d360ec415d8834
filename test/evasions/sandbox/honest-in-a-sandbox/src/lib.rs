include!(concat!(env!("OUT_DIR"), "/code.rs"));
