//! The second net for `unsafe` and `extern` (rules 4.16, 4.17): it finds keywords in any file that rustc read, whether or
//! not the compiler's lints saw them.

mod cfg;
mod compiled;
mod definitions;
mod empty;
mod extents;
mod json;
mod lends;
mod macros;
mod texts;
mod tokens;

use cfg::CfgSet;
pub use compiled::BY_PATH;
use compiled::parts;
use definitions::{definitions, Definition};
use empty::empty_externs;
use ra_ap_rustc_lexer::TokenKind;
use std::collections::HashSet;
pub use texts::FROM_MANIFEST;
use tokens::{Token, Tokens};

/// The kind of a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Keyword {
    /// `unsafe`, but not `unsafe extern`.
    Unsafe = 0,
    /// `extern` that may declare something: no `crate` and no closing bracket follows, and no macro merely matches it.
    Extern = 1,
    /// An attribute or macro that reaches past the type system by linkage: `no_mangle`, `global_asm` …
    Linkage = 2,
    /// `extern` before an empty block, which is no use although the compiler's lint reports it.
    Empty = 3,
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
    /// Paths of files that it reads as data; after [`FROM_MANIFEST`] one that starts at the package's directory.
    pub texts: Vec<String>,
    /// The modules in files of their own that rustc itself reads: see [`compiled::Parts`].
    pub modules: Vec<String>,
    /// Its macros, as JSON for each way to read the source: see [`json::json`].
    pub macros: Vec<String>,
}

/// Scans a file that rustc read; `None` when it can be no Rust source (`include_bytes!`): it is not UTF-8, or rustc would
/// have refused it. `cfg` are the settings of the compilation, one a line: an `extern` that is not compiled with them does not
/// count, unless a macro can see it. Without settings every `extern` counts.
pub fn scan(bytes: &[u8], cfg: &str) -> Option<SourceHits> {
    let text = std::str::from_utf8(bytes).ok()?;
    let cfg = CfgSet::read(cfg);
    // Some compilers accept a frontmatter, which may contain anything.
    let frontmatter = text.trim_start_matches('\u{feff}').trim_start().starts_with("---");
    let readings = Tokens::readings(text).into_iter().filter(|tokens| frontmatter || !tokens.broken);
    readings.map(|tokens| of_reading(tokens, cfg.as_ref())).reduce(SourceHits::and)
}

fn of_reading(mut tokens: Tokens, cfg: Option<&CfgSet>) -> SourceHits {
    let definitions = definitions(&tokens);
    let placeholders = placeholders(&tokens, &definitions);
    let parts = parts(&tokens, cfg);
    tokens.bare_externs = macros::bare_externs(&tokens, &placeholders);
    tokens.empty_externs = empty_externs(&tokens, &parts, &definitions);
    let tokens = &tokens;
    let texts = texts::texts(tokens).into_iter().map(|(_, path)| path).collect();
    let macros = vec![json::json(&macros::macros(tokens, &definitions, &parts))];
    let modules = parts.modules.clone();
    let mut hits = SourceHits { texts, modules, macros, ..SourceHits::default() };
    // The patterns of macros: nothing in them is emitted.
    let matchers = matchers(tokens, &definitions);
    let mut matcher = matchers.iter().peekable();
    for (index, token) in tokens.all.iter().enumerate() {
        while matcher.next_if(|(_, close)| *close < index).is_some() {}
        let is_matched = matcher.peek().is_some_and(|(open, _)| *open < index);
        let word = tokens.word(index).filter(|_| !placeholders.contains(&index));
        match word {
            // Code that is not compiled declares nothing; `unsafe` counts everywhere.
            Some(EXTERN) if parts.is_left_out(index) => {}
            Some(EXTERN) if tokens.is_empty_extern(index) => hits.push(Keyword::Empty, token),
            Some(UNSAFE) if tokens.word(index + 1) != Some(EXTERN) => hits.push(Keyword::Unsafe, token),
            Some(EXTERN) if !is_matched && may_declare(tokens, index) => hits.push(Keyword::Extern, token),
            Some(word) if LINKAGE.contains(&word) => hits.push(Keyword::Linkage, token),
            _ => {}
        }
    }
    hits
}

/// Returns the files that a source may make rustc read as sources too: see [`texts::names`]; none for a file that is no source.
pub fn names(bytes: &[u8]) -> Vec<String> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let all: HashSet<String> = Tokens::readings(text).iter().flat_map(texts::names).collect();
    all.into_iter().collect()
}

/// Can `extern` at an index begin a declaration? Not as the last token in its brackets.
fn may_declare(tokens: &Tokens, index: usize) -> bool {
    let next = index + 1;
    let ends = matches!(
        tokens.kind(next),
        Some(TokenKind::CloseParen | TokenKind::CloseBrace | TokenKind::CloseBracket)
    );
    !ends && tokens.word(next) != Some("crate")
}

/// Returns the brackets of the matchers of macros, outermost ones, in order. Those of a definition among a macro's arguments
/// do not count: that macro may emit the tokens that look like a matcher.
fn matchers(tokens: &Tokens, definitions: &[Definition]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for definition in definitions.iter().filter(|definition| !definition.in_call) {
        for rule in &definition.rules {
            let Some(close) = tokens.close(rule.matcher) else { continue };
            found.push((rule.matcher, close));
        }
    }
    // The matchers of a macro that another one defines stand in the rules of that one, between two of its matchers.
    found.sort_unstable();
    found
}

impl SourceHits {
    fn push(&mut self, keyword: Keyword, at: &Token) {
        self.kind.push(keyword as u8);
        self.line.push(at.line);
        self.column.push(at.column);
    }

    /// Merges the hits of two readings of a source: hits of either, but files only if both read them as data, or as a module.
    fn and(self, other: SourceHits) -> SourceHits {
        let mut all: Vec<(u32, u32, u8)> = Vec::with_capacity(self.kind.len() + other.kind.len());
        for hits in [&self, &other] {
            all.extend((0..hits.kind.len()).map(|i| (hits.line[i], hits.column[i], hits.kind[i])));
        }
        all.sort_unstable();
        all.dedup();
        let others: HashSet<String> = other.texts.into_iter().chain(other.modules).collect();
        SourceHits {
            kind: all.iter().map(|hit| hit.2).collect(),
            line: all.iter().map(|hit| hit.0).collect(),
            column: all.iter().map(|hit| hit.1).collect(),
            texts: self.texts.into_iter().filter(|path| others.contains(path)).collect(),
            modules: self.modules.into_iter().filter(|path| others.contains(path)).collect(),
            macros: self.macros.into_iter().chain(other.macros).collect(),
        }
    }
}

/// Returns the keywords that are only names of placeholders, as `$extern` in `($extern:tt) => { $extern }`.
fn placeholders(tokens: &Tokens, definitions: &[Definition]) -> HashSet<usize> {
    let mut found = HashSet::new();
    for rule in definitions.iter().filter(|definition| !definition.in_call).flat_map(|definition| &definition.rules) {
        let words: HashSet<&str> = rule
            .placeholders(tokens)
            .map(|(_, name, _)| name)
            .filter(|name| [UNSAFE, EXTERN].contains(name) || LINKAGE.contains(name))
            .collect();
        if words.is_empty() {
            continue;
        }
        let end = tokens.close(rule.transcriber).unwrap_or(rule.transcriber);
        let named = |&at: &usize| tokens.is_placeholder(at) && tokens.word(at + 1).is_some_and(|word| words.contains(word));
        found.extend((rule.matcher..end).filter(named).map(|at| at + 1));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(u8, u32, u32)> {
        let hits = scan(text.as_bytes(), "").unwrap();
        (0..hits.kind.len()).map(|i| (hits.kind[i], hits.line[i], hits.column[i])).collect()
    }

    #[test]
    fn unsafe_counts_outside_comments_strings_and_unsafe_extern() {
        assert_eq!(kinds("fn f() {\n  unsafe { g() }\n}"), [(0, 2, 3)]);
        assert_eq!(kinds("// unsafe\n/* unsafe */ \"unsafe\" r#\"unsafe\"# 'u' r#unsafe unsafely"), []);
        assert_eq!(kinds("unsafe extern \"C\" { fn f(); }"), [(1, 1, 8)]);
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
    fn extern_that_declares_nothing() {
        assert_eq!(kinds("fn f(i: I) { i.peek(Token![extern]); m!(extern); n!{extern} }"), []);
        assert_eq!(kinds("macro_rules! Token { [extern] => { E }; }"), []);
        assert_eq!(kinds("macro_rules! e { (a extern - $x:tt) => { }; ($a:tt extern $l:literal b) => { $a } }"), []);
        assert_eq!(kinds("macro_rules! e { (fn) => { macro_rules! i { (extern \"C\") => {} } } }"), []);
        assert_eq!(kinds("macro e(extern \"C\" $x:tt) { }"), []);
        assert_eq!(kinds("macro_rules! e { ($extern:tt $unsafe:tt) => { m!($extern $unsafe {}) } }"), []);
        assert_eq!(kinds("macro_rules! e { ($x:tt) => { m!($extern \"C\" {}) } }"), [(1, 1, 35)]);
        assert_eq!(kinds("m!($extern:tt => $extern \"C\" {})").len(), 2);
        // Tokens that it emits count, and so do those that only look like a matcher.
        assert_eq!(kinds("macro_rules! e { (extern \"C\") => { extern \"C\" { fn f(); } } }"), [(1, 1, 36)]);
        assert_eq!(kinds("swap! { macro_rules! e { (extern \"C\" {}) => { } } }"), [(1, 1, 27)]);
        assert_eq!(kinds("m! { a => b; (extern \"C\" fn f() {}) => {} }"), [(1, 1, 15)]);
        assert_eq!(kinds("m!(extern \"C\")"), [(1, 1, 4)]);
    }

    #[test]
    fn keywords_that_touch_a_literal_count() {
        // Editions 2015 and 2018 need no space here.
        assert_eq!(kinds("extern\"C\" fn f() {}"), [(1, 1, 1)]);
        assert_eq!(kinds("m!(unsafe\"x\")"), [(0, 1, 4)]);
        assert_eq!(kinds("m!(unsafe'x')"), [(0, 1, 4)]);
    }

    #[test]
    fn what_editions_read_differently_hides_nothing() {
        // `#"` begins no string of another kind, and `##` is two signs.
        assert_eq!(kinds("m!(#\"a\" unsafe {} \"b\")"), [(0, 1, 9)]);
        assert_eq!(kinds("m!(##\"a\" unsafe {} \"b\")"), [(0, 1, 10)]);
        assert_eq!(kinds("m!(##unsafe)"), [(0, 1, 6)]);
        assert_eq!(kinds("m!(#\"unsafe\"#)"), []);
        // Before edition 2021 there are neither C strings nor raw lifetimes; before the next one no keyword has a prefix.
        assert_eq!(kinds("m!(cr#\"a\" unsafe {} \"b\"#)"), [(0, 1, 11)]);
        assert_eq!(kinds("m!(cr\"a\\\" unsafe {} \"b\" \"c\")"), [(0, 1, 11)]);
        assert_eq!(kinds("m!('r#unsafe { })"), [(0, 1, 7)]);
        assert_eq!(kinds("m!(k#unsafe { })"), [(0, 1, 6)]);
        assert_eq!(kinds("m!(c\"unsafe\", cr#\"unsafe\"#)"), []);
        assert_eq!(kinds("m!(c\"x\") unsafe {}"), [(0, 1, 10)]);
        // rustc accepts only one of the readings.
        assert_eq!(kinds("m!(cr#\"a\" unsafe {} \"b\")"), [(0, 1, 11)]);
        assert_eq!(scan(b"m!(cr#\"a\"#) unsafe {} (", "").map(|hits| hits.kind), None);
        assert_eq!(scan(b"m!(cr#\"a\"include_bytes!(\"x\") \"\"#); include_str!(\"y\");", "").unwrap().texts, ["y"]);
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
    fn what_rustc_cannot_read_is_no_source() {
        assert_eq!(scan(b"unsafe \xff", ""), None);
        for text in ["unsafe `code`", "x 'unsafe y' z", "unsafe (", "unsafe ]", "unsafe \"", "/* unsafe", "(unsafe]"] {
            assert_eq!(scan(text.as_bytes(), ""), None, "{text}");
        }
        assert_eq!(kinds("---\nit's `x`\n---\nunsafe fn f() {}").len(), 1);
        assert_eq!(kinds("#!/usr/bin/env x\nunsafe fn f() {}").len(), 1);
    }
}
