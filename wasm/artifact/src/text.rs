use std::borrow::Cow;

/// Invalid byte `b` is written as this plus `b`: U+10FF80..U+10FFFF, in a plane for private use.
const ESCAPED: u32 = 0x10_ff00;

/// Returns an ELF string as text. Symbol names are bytes (gABI, "String Table"); the parsers return UTF-8. Invalid bytes
/// become private-use characters, one each, and so do the bytes of characters of that very range, so that different names
/// stay different.
pub fn as_text(name: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(name) {
        // Every character of the range begins with this byte, and hardly any other.
        if !name.contains(&0xf4) || !text.chars().any(is_escape) {
            return Cow::Borrowed(text);
        }
    }
    let mut out = String::with_capacity(name.len() * 2);
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_escape(c) {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|b| out.push(escape(b)));
            } else {
                out.push(c);
            }
        }
        chunk.invalid().iter().for_each(|&b| out.push(escape(b)));
    }
    Cow::Owned(out)
}

fn is_escape(c: char) -> bool {
    (ESCAPED + 0x80..=ESCAPED + 0xff).contains(&(c as u32))
}

fn escape(byte: u8) -> char {
    char::from_u32(ESCAPED + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::as_text;

    #[test]
    fn different_names_stay_different() {
        assert_eq!(as_text(b"std::fs"), "std::fs");
        assert_eq!(as_text("g\u{f6}del".as_bytes()), "g\u{f6}del");
        assert_eq!(as_text(b"a\xffb"), "a\u{10ffff}b");
        assert_eq!(as_text("\u{10ffff}".as_bytes()), "\u{10fff4}\u{10ff8f}\u{10ffbf}\u{10ffbf}");
        assert_ne!(as_text(b"\xff"), as_text("\u{10ffff}".as_bytes()));
    }
}
