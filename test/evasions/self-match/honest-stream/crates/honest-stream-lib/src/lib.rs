use std::io::{BufReader, Read, Write};

pub fn copy<R: Read, W: Write>(from: R, mut to: W) {
    let mut text = String::new();
    let mut reader = BufReader::new(from);
    let _ = reader.read_to_string(&mut text);
    let _ = to.write_all(text.as_bytes());
    let _ = std::io::copy(&mut reader, &mut to);
}
