include!(concat!(env!("OUT_DIR"), "/code.rs"));

pub fn told() -> &'static str {
    let _ = LENGTH;
    env!("HONEST_TABLE")
}
