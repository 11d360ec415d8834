//! The second net for `unsafe` and `extern` (spec §4): keywords in any file that rustc read, whether or
//! not the compiler's lints saw them.

use ra_ap_rustc_lexer::{strip_shebang, tokenize, FrontmatterAllowed, TokenKind};

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Keyword {
    /// `unsafe`, but not `unsafe extern`.
    Unsafe = 0,
    /// `extern` that no `crate` follows.
    Extern = 1,
    /// An attribute or macro that reaches past the type system by linkage: `no_mangle`, `global_asm` …
    Linkage = 2,
}

const UNSAFE: &str = "unsafe";
const EXTERN: &str = "extern";
const LINKAGE: [&str; 5] = ["no_mangle", "export_name", "link_section", "global_asm", "naked_asm"];

/// Hits of one source, in order; lines and columns (in characters) count from 1.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SourceHits {
    pub kind: Vec<u8>,
    pub line: Vec<u32>,
    pub column: Vec<u32>,
}

/// Scans a file that rustc read; `None` when it is not UTF-8 and so no Rust source (`include_bytes!`).
pub fn scan(bytes: &[u8]) -> Option<SourceHits> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut hits = SourceHits::default();
    // Every hit is one of these words as it stands, since identifiers have no escapes; most files have none of them.
    if ![UNSAFE, EXTERN].iter().chain(&LINKAGE).any(|word| memchr::memmem::find(bytes, word.as_bytes()).is_some()) {
        return Some(hits);
    }
    let skipped = strip_shebang(text).unwrap_or(0);
    // No frontmatter: rustc refuses it in a crate, and what `include!` reads has none, only minus signs.
    let mut line = 1u32;
    let mut column = 1u32;
    let mut at = skipped;
    // The keyword whose meaning the next word decides.
    let mut pending: Option<(Keyword, u32, u32)> = None;
    for token in tokenize(&text[skipped..], FrontmatterAllowed::No) {
        let content = &text[at..at + token.len as usize];
        let is_space = matches!(
            token.kind,
            TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. }
        );
        if !is_space {
            // Before edition 2021 the word in `extern"C"` is no prefix of the string but a keyword.
            let word = matches!(token.kind, TokenKind::Ident | TokenKind::UnknownPrefix).then_some(content);
            if let Some((keyword, line, column)) = pending.take() {
                let innocent = match keyword {
                    Keyword::Unsafe => word == Some(EXTERN),
                    Keyword::Extern => word == Some("crate"),
                    Keyword::Linkage => false,
                };
                if !innocent {
                    hits.push(keyword, line, column);
                }
            }
            match word {
                Some(UNSAFE) => pending = Some((Keyword::Unsafe, line, column)),
                Some(EXTERN) => pending = Some((Keyword::Extern, line, column)),
                Some(word) if LINKAGE.contains(&word) => hits.push(Keyword::Linkage, line, column),
                _ => {}
            }
        }
        for c in content.chars() {
            if c == '\n' {
                line += 1;
                column = 1;
            } else {
                column += 1;
            }
        }
        at += token.len as usize;
    }
    if let Some((keyword, line, column)) = pending {
        hits.push(keyword, line, column);
    }
    Some(hits)
}

impl SourceHits {
    fn push(&mut self, keyword: Keyword, line: u32, column: u32) {
        self.kind.push(keyword as u8);
        self.line.push(line);
        self.column.push(column);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(u8, u32, u32)> {
        let hits = scan(text.as_bytes()).unwrap();
        (0..hits.kind.len()).map(|i| (hits.kind[i], hits.line[i], hits.column[i])).collect()
    }

    #[test]
    fn unsafe_counts_outside_comments_strings_and_unsafe_extern() {
        assert_eq!(kinds("fn f() {\n  unsafe { g() }\n}"), [(0, 2, 3)]);
        assert_eq!(kinds("// unsafe\n/* unsafe */ \"unsafe\" r#\"unsafe\"# 'u' r#unsafe unsafely"), []);
        assert_eq!(kinds("unsafe extern \"C\" {}"), [(1, 1, 8)]);
        assert_eq!(kinds("unsafe /* x */ fn f() {}"), [(0, 1, 1)]);
    }

    #[test]
    fn extern_counts_unless_crate_follows() {
        assert_eq!(kinds("extern crate alloc;"), []);
        assert_eq!(kinds("extern \"C\" fn f() {}"), [(1, 1, 1)]);
        assert_eq!(kinds("extern /* x */ crate alloc; extern\n// x\ncrate core;"), []);
        assert_eq!(kinds("fn f(x: extern fn()) {}"), [(1, 1, 9)]);
    }

    #[test]
    fn keywords_that_touch_a_literal_count() {
        // Editions 2015 and 2018 need no space here.
        assert_eq!(kinds("extern\"C\" fn f() {}"), [(1, 1, 1)]);
        assert_eq!(kinds("m!(unsafe\"x\")"), [(0, 1, 4)]);
        assert_eq!(kinds("m!(unsafe'x')"), [(0, 1, 4)]);
    }

    #[test]
    fn minus_signs_hide_nothing() {
        assert_eq!(kinds("---\nunsafe { f() }\n---\n1"), [(0, 2, 1)]);
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(kinds("/* ä€ */ unsafe {}"), [(0, 1, 10)]);
        assert_eq!(kinds("\u{feff}unsafe {}").len(), 1);
    }

    #[test]
    fn linkage_attributes_count() {
        assert_eq!(kinds("#[no_mangle] fn f() {}"), [(2, 1, 3)]);
        assert_eq!(kinds("#[export_name = \"x\"] fn f() {}"), [(2, 1, 3)]);
        assert_eq!(kinds("#[link_section = \".x\"] static X: u8 = 0;"), [(2, 1, 3)]);
        assert_eq!(kinds("global_asm!(\"nop\");"), [(2, 1, 1)]);
        assert_eq!(kinds("#[unsafe(no_mangle)] fn f() {}"), [(0, 1, 3), (2, 1, 10)]);
    }

    #[test]
    fn what_is_not_utf8_is_no_source() {
        assert_eq!(scan(b"unsafe \xff"), None);
        assert_eq!(kinds("#!/usr/bin/env x\nunsafe fn f() {}").len(), 1);
    }
}
