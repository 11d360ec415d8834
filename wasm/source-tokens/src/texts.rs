//! Files that a source reads as data, by `include_str!` and `include_bytes!`, and other text that may name a file.

use crate::tokens::Tokens;
use ra_ap_rustc_lexer::{LiteralKind, TokenKind};
use std::collections::HashSet;

/// Prefix of a path that starts at the package's directory.
pub const FROM_MANIFEST: char = '\u{1}';

const READERS: [&str; 2] = ["include_str", "include_bytes"];

/// Returns the paths in calls of these macros, each with the index of its literal. A path that is computed in another way than
/// by `concat!(env!("CARGO_MANIFEST_DIR"), …)` is left out.
pub fn texts(tokens: &Tokens) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for index in 0..tokens.all.len() {
        if !READERS.contains(&tokens.name(index).unwrap_or_default()) || !tokens.is(index + 1, TokenKind::Bang) {
            continue;
        }
        let Some(close) = tokens.close(index + 2) else { continue };
        if let Some(path) = only_string(tokens, index + 3, close) {
            found.push((index + 3, path));
        } else if let Some((at, path)) = behind_variable(tokens, index + 3, close, "CARGO_MANIFEST_DIR") {
            found.push((at, format!("{FROM_MANIFEST}{path}")));
        }
    }
    found
}

/// Prefix of the name of a module.
pub const MODULE: char = '\u{1}';
/// Any file: the name is computed, or the reader is renamed.
pub const ANY: char = '\u{2}';

/// Returns the files that this source may make rustc read as source too: [`ANY`]; a module's name after [`MODULE`]; or a
/// possible file name in any text except those of [`texts`].
pub fn names(tokens: &Tokens) -> HashSet<String> {
    let data: HashSet<usize> = texts(tokens).into_iter().map(|(at, _)| at).collect();
    let mut found = HashSet::new();
    for index in 0..tokens.all.len() {
        if let Some(text) = string(tokens, index).filter(|_| !data.contains(&index)) {
            for word in text.split(is_no_name) {
                found.insert(word.to_string());
                found.insert(word.trim_matches(['.', '-']).to_string());
            }
        }
        let called = tokens.is(index + 1, TokenKind::Bang);
        let is_any = match tokens.name(index) {
            Some("mod") => {
                found.extend(tokens.name(index + 1).map(|name| format!("{MODULE}{name}")));
                tokens.is(index + 1, TokenKind::Dollar)
            }
            Some("path") => tokens.is(index + 1, TokenKind::Eq) && string(tokens, index + 2).is_none(),
            Some("include") => !called || !is_plain(tokens, index + 2),
            // The reader is renamed or redefined.
            Some(name) => READERS.contains(&name) && !called,
            None => false,
        };
        if is_any {
            found.insert(ANY.to_string());
        }
    }
    found
}

/// Is this a character with which no file name is searched?
fn is_no_name(c: char) -> bool {
    c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-')
}

fn is_plain(tokens: &Tokens, open: usize) -> bool {
    let Some(close) = tokens.close(open) else { return false };
    only_string(tokens, open + 1, close).is_some() || behind_variable(tokens, open + 1, close, "OUT_DIR").is_some()
}

/// Returns the value of `"…"` if there is no other token, except a comma at the end.
fn only_string(tokens: &Tokens, start: usize, end: usize) -> Option<String> {
    let value = string(tokens, start)?;
    let next = if tokens.is(start + 1, TokenKind::Comma) { start + 2 } else { start + 1 };
    (next == end).then_some(value)
}

/// Returns the value and index of the string in `concat!(env!("VARIABLE"), "…")`.
fn behind_variable(tokens: &Tokens, start: usize, end: usize, variable: &str) -> Option<(usize, String)> {
    let called = |name: &str, at: usize| {
        (tokens.name(at) == Some(name) && tokens.is(at + 1, TokenKind::Bang)).then(|| tokens.close(at + 2)).flatten()
    };
    let outer = called("concat", start)?;
    let inner = called("env", start + 3)?;
    if outer + 1 < end && !(tokens.is(outer + 1, TokenKind::Comma) && outer + 2 == end) {
        return None;
    }
    if only_string(tokens, start + 6, inner)? != variable || !tokens.is(inner + 1, TokenKind::Comma) {
        return None;
    }
    Some((inner + 2, only_string(tokens, inner + 2, outer)?))
}

/// Returns the value of a string literal; `None` for another token.
pub fn string(tokens: &Tokens, index: usize) -> Option<String> {
    let TokenKind::Literal { kind, suffix_start } = tokens.kind(index)? else { return None };
    let text = tokens.all[index].text.get(..suffix_start as usize)?;
    match kind {
        LiteralKind::Str { terminated: true } => Some(unescaped(text.get(1..text.len() - 1)?)),
        LiteralKind::RawStr { n_hashes: Some(hashes) } => {
            let around = usize::from(hashes) + 1;
            Some(text.get(1 + around..text.len() - around)?.to_string())
        }
        _ => None,
    }
}

fn unescaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '\\' {
            value.push(c);
            continue;
        }
        let hex = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
        match rest.next() {
            Some('x') => value.extend(hex(&rest.by_ref().take(2).collect::<String>())),
            Some('u') => {
                let digits: String = rest.by_ref().take_while(|&c| c != '}').filter(|&c| c != '{' && c != '_').collect();
                value.extend(hex(&digits));
            }
            Some('n') => value.push('\n'),
            Some('r') => value.push('\r'),
            Some('t') => value.push('\t'),
            Some('0') => value.push('\0'),
            Some('\n' | '\r') => while rest.next_if(|c| c.is_ascii_whitespace()).is_some() {},
            Some(other) => value.push(other),
            None => {}
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        texts(&Tokens::readings(text)[0]).into_iter().map(|(_, path)| path).collect()
    }

    #[test]
    fn what_is_read_as_data() {
        assert_eq!(paths(r##"const A: &str = include_str!("a\x2ebin"); core::include_bytes!(r#"b"#,);"##), ["a.bin", "b"]);
        assert_eq!(paths(r#"include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/x"))"#), ["\u{1}/x"]);
        assert_eq!(paths(r#"include_str!(concat!("a", "b")); include_str!(concat!(env!("X"), "b")); include!("c")"#), [""; 0]);
    }

    #[test]
    fn what_may_be_read_as_source() {
        let names = |text: &str| {
            let found = names(&Tokens::readings(text)[0]);
            [ANY.to_string(), format!("{MODULE}x"), "x.rs".to_string()].iter().any(|name| found.contains(name))
        };
        for harmless in [
            r#"include_str!("x.rs"); mod y; #[path = "z.rs"] mod w; include!(concat!(env!("OUT_DIR"), "/z.rs"));"#,
            r#"// x.rs
               include!("z.rs"); let path = x; let include_xs = 1;"#,
        ] {
            let expected = harmless.contains("let path = x");
            assert_eq!(names(harmless), expected, "{harmless}");
        }
        for other in [
            "mod x;",
            "mod r#x;",
            "mod $name;",
            r#"#[path = "../x.rs"] mod y;"#,
            r#"#[path = $p] mod y;"#,
            r#"include!("\x78.rs");"#,
            r#"include!(concat!("x", ".rs"));"#,
            r#"helper::open!("x.rs");"#,
            r#"helper::code!("include!('../x.rs')");"#,
            r#"helper::open!("See x.rs.");"#,
            "use std::include as include_text;",
            "macro_rules! include_str { () => {} }",
            "use helper::include_bytes;",
        ] {
            assert!(names(other), "{other}");
        }
    }
}
