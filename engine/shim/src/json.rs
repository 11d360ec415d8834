//! The JSON that the shim needs: a writer, a lexer and a small tree for the engine's answers.
//!
//! Operating system strings are bytes. A byte that is no UTF-8 travels as the lone surrogate
//! U+DC00 + byte (as in PEP 383), which JSON can carry and no UTF-8 string contains: nothing is lost.

use std::fmt::Write as _;

/// Appends `bytes` to `out` as a JSON string literal.
pub fn write_string(out: &mut String, bytes: &[u8]) {
    out.push('"');
    let mut rest = bytes;
    while !rest.is_empty() {
        match std::str::from_utf8(rest) {
            Ok(text) => {
                write_text(out, text);
                break;
            }
            Err(error) => {
                let (valid, bad) = rest.split_at(error.valid_up_to());
                // `valid` was checked by the call above.
                write_text(out, &String::from_utf8_lossy(valid));
                let length = error.error_len().unwrap_or(bad.len());
                for byte in &bad[..length] {
                    let _ = write!(out, "\\udc{byte:02x}");
                }
                rest = &bad[length..];
            }
        }
    }
    out.push('"');
}

fn write_text(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
}

/// One token of a JSON text. A string is the range between its quotes, still escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    Colon,
    Comma,
    String(&'a [u8]),
    Number(&'a [u8]),
    True,
    False,
    Null,
}

/// Splits a JSON text into tokens; it does not check their order.
pub struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Lexer { text, at: 0 }
    }

    /// Returns the next token, `Ok(None)` at the end, `Err` for text that is no JSON.
    pub fn next(&mut self) -> Result<Option<Token<'a>>, ()> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.text.get(self.at) {
            self.at += 1;
        }
        let Some(&byte) = self.text.get(self.at) else { return Ok(None) };
        let single = match byte {
            b'{' => Token::ObjectStart,
            b'}' => Token::ObjectEnd,
            b'[' => Token::ArrayStart,
            b']' => Token::ArrayEnd,
            b':' => Token::Colon,
            b',' => Token::Comma,
            b'"' => return self.string().map(Some),
            b'-' | b'0'..=b'9' => return Ok(Some(self.number())),
            b't' => return self.word(b"true", Token::True).map(Some),
            b'f' => return self.word(b"false", Token::False).map(Some),
            b'n' => return self.word(b"null", Token::Null).map(Some),
            _ => return Err(()),
        };
        self.at += 1;
        Ok(Some(single))
    }

    fn string(&mut self) -> Result<Token<'a>, ()> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            match self.text.get(at) {
                Some(b'"') => break,
                Some(b'\\') => at += 2,
                Some(byte) if *byte >= 0x20 => at += 1,
                _ => return Err(()),
            }
        }
        self.at = at + 1;
        Ok(Token::String(&self.text[start..at]))
    }

    fn number(&mut self) -> Token<'a> {
        let start = self.at;
        while let Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9') = self.text.get(self.at) {
            self.at += 1;
        }
        Token::Number(&self.text[start..self.at])
    }

    fn word(&mut self, word: &[u8], token: Token<'a>) -> Result<Token<'a>, ()> {
        if !self.text[self.at..].starts_with(word) {
            return Err(());
        }
        self.at += word.len();
        Ok(token)
    }
}

/// Replaces the escapes of a string token by their bytes; the inverse of [`write_string`].
pub fn unescape(raw: &[u8]) -> Result<Vec<u8>, ()> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        if raw[at] != b'\\' {
            out.push(raw[at]);
            at += 1;
            continue;
        }
        let escape = *raw.get(at + 1).ok_or(())?;
        at += 2;
        match escape {
            b'"' | b'\\' | b'/' => out.push(escape),
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'u' => {
                let first = hex4(raw, at)?;
                at += 4;
                let code = match first {
                    0xd800..=0xdbff => {
                        if raw.get(at..at + 2) != Some(b"\\u") {
                            return Err(());
                        }
                        let second = hex4(raw, at + 2)?;
                        if !(0xdc00..=0xdfff).contains(&second) {
                            return Err(());
                        }
                        at += 6;
                        0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
                    }
                    0xdc80..=0xdcff => {
                        out.push((first & 0xff) as u8);
                        continue;
                    }
                    code => code,
                };
                let c = char::from_u32(code).ok_or(())?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => return Err(()),
        }
    }
    Ok(out)
}

fn hex4(raw: &[u8], at: usize) -> Result<u32, ()> {
    let digits = raw.get(at..at + 4).ok_or(())?;
    let text = std::str::from_utf8(digits).map_err(|_| ())?;
    u32::from_str_radix(text, 16).map_err(|_| ())
}

/// A parsed answer of the engine.
#[derive(Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(f64),
    String(Vec<u8>),
    Array(Vec<Value>),
    Object(Vec<(Vec<u8>, Value)>),
}

/// The engine's answers are flat; deeper text is not from the engine.
const MAX_DEPTH: usize = 16;

/// Parses one JSON text; `Err` for text that is no JSON or too deep.
pub fn parse(text: &[u8]) -> Result<Value, ()> {
    let mut lexer = Lexer::new(text);
    let first = lexer.next()?.ok_or(())?;
    let value = parse_value(&mut lexer, first, 0)?;
    match lexer.next()? {
        None => Ok(value),
        Some(_) => Err(()),
    }
}

fn parse_value(lexer: &mut Lexer, token: Token, depth: usize) -> Result<Value, ()> {
    if depth > MAX_DEPTH {
        return Err(());
    }
    match token {
        Token::Null => Ok(Value::Null),
        Token::True => Ok(Value::Bool(true)),
        Token::False => Ok(Value::Bool(false)),
        Token::Number(raw) => {
            let text = std::str::from_utf8(raw).map_err(|_| ())?;
            text.parse().map(Value::Number).map_err(|_| ())
        }
        Token::String(raw) => unescape(raw).map(Value::String),
        Token::ArrayStart => {
            let mut items = Vec::new();
            let mut next = lexer.next()?.ok_or(())?;
            if next == Token::ArrayEnd {
                return Ok(Value::Array(items));
            }
            loop {
                items.push(parse_value(lexer, next, depth + 1)?);
                match lexer.next()?.ok_or(())? {
                    Token::ArrayEnd => return Ok(Value::Array(items)),
                    Token::Comma => next = lexer.next()?.ok_or(())?,
                    _ => return Err(()),
                }
            }
        }
        Token::ObjectStart => {
            let mut fields = Vec::new();
            let mut next = lexer.next()?.ok_or(())?;
            if next == Token::ObjectEnd {
                return Ok(Value::Object(fields));
            }
            loop {
                let Token::String(raw) = next else { return Err(()) };
                let key = unescape(raw)?;
                if lexer.next()? != Some(Token::Colon) {
                    return Err(());
                }
                let first = lexer.next()?.ok_or(())?;
                fields.push((key, parse_value(lexer, first, depth + 1)?));
                match lexer.next()?.ok_or(())? {
                    Token::ObjectEnd => return Ok(Value::Object(fields)),
                    Token::Comma => next = lexer.next()?.ok_or(())?,
                    _ => return Err(()),
                }
            }
        }
        Token::ObjectEnd | Token::ArrayEnd | Token::Colon | Token::Comma => Err(()),
    }
}

impl Value {
    /// A field of an object; `None` for anything else.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Object(fields) => {
                fields.iter().find(|(name, _)| name == key.as_bytes()).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Value::String(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub fn items(&self) -> Option<&[Value]> {
        match self {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// Standard base64 with padding (RFC 4648, section 4).
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len() / 3 * 4 + 4);
    for chunk in bytes.chunks(3) {
        let group = [chunk[0], *chunk.get(1).unwrap_or(&0), *chunk.get(2).unwrap_or(&0)];
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for digit in 0..4 {
            if digit <= chunk.len() {
                out.push(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize] as char);
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(bytes: &[u8]) -> Vec<u8> {
        let mut text = String::new();
        write_string(&mut text, bytes);
        match parse(text.as_bytes()).unwrap() {
            Value::String(back) => back,
            other => panic!("{other:?}"),
        }
    }

    /// Paths travel as bytes.
    #[test]
    fn strings_lose_no_byte() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(round_trip(&all), all);
        for text in ["", "a\"b\\c\n\t\u{1}", "héllo wörld", "\u{1f600}", "\u{10ffff}"] {
            assert_eq!(round_trip(text.as_bytes()), text.as_bytes());
        }
        // Truncated sequences, and a surrogate encoded as if it were a character.
        for bytes in [&b"a\xf0\x9f\x98"[..], b"\xed\xb2\x80", b"\xc3", b"\xff\xfeabc\xff"] {
            assert_eq!(round_trip(bytes), bytes);
        }
    }

    #[test]
    fn reads_what_node_writes() {
        assert_eq!(unescape(br"\ud83d\ude00").unwrap(), "\u{1f600}".as_bytes());
        assert_eq!(unescape(br"a\udcffb").unwrap(), b"a\xffb");
        assert!(unescape(br"\ud83d").is_err());
        assert!(unescape(br"\ud83dxx").is_err());
        assert!(unescape(br"\udc00").is_err());
    }

    #[test]
    fn refuses_what_is_no_json() {
        for text in ["", "{", "{\"a\"}", "[1,]", "{\"a\":1,}", "\"\n\"", "\"a", "1 2", "tru", "\"\\"] {
            assert_eq!(parse(text.as_bytes()), Err(()), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(parse(deep.as_bytes()), Err(()));
    }

    #[test]
    fn base64_has_its_three_endings() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(b"f"), "Zg==");
        assert_eq!(base64(b"fo"), "Zm8=");
        assert_eq!(base64(b"foo"), "Zm9v");
        assert_eq!(base64(&[255, 254, 253, 252]), "//79/A==");
    }
}
