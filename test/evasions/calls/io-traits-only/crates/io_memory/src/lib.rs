use std::io::Read;

pub fn count(mut from: impl Read) -> usize {
    let mut text = Vec::new();
    from.read_to_end(&mut text).unwrap_or_default()
}
