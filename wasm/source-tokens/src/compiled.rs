//! Finds the parts of a source that are not compiled because of a `cfg` that only rustc sees. The arguments of a macro keep
//! their `cfg`s while the macro does with them what it likes; so this covers only code that no macro gets before rustc has
//! removed what is not compiled.

use crate::cfg::CfgSet;
use crate::extents::{behind_visibility, definition_end, end_of};
use crate::texts::string;
use crate::tokens::{Tokens, NONE};
use ra_ap_rustc_lexer::TokenKind;

/// Prefix of a module's path from a `#[path]` attribute.
pub const BY_PATH: char = '\u{1}';

/// The parts of a source; ranges of indices are in order and disjoint, both ends included.
#[derive(Default)]
pub struct Parts {
    /// Never compiled.
    pub left_out: Vec<(usize, usize)>,
    /// Parts that some macro may get unchanged.
    pub seen: Vec<(usize, usize)>,
    /// The modules in files of their own that rustc itself reads: `inline/modules/name`, or a path after [`BY_PATH`].
    pub modules: Vec<String>,
}

impl Parts {
    pub fn is_left_out(&self, index: usize) -> bool {
        within(&self.left_out, index)
    }

    pub fn is_seen(&self, index: usize) -> bool {
        within(&self.seen, index)
    }
}

fn within(ranges: &[(usize, usize)], index: usize) -> bool {
    let next = ranges.partition_point(|&(start, _)| start <= index);
    next > 0 && index <= ranges[next - 1].1
}

/// Attributes of rustc itself: no macro can have their names, and none of them is a macro.
const PLAIN: [&str; 47] = [
    "allow", "automatically_derived", "cfg", "cold", "crate_name", "crate_type", "debugger_visualizer", "deny", "deprecated", "doc",
    "expect", "export_name", "feature", "forbid", "ignore", "inline", "instruction_set", "link", "link_name", "link_section",
    "macro_escape", "macro_export", "macro_use", "must_use", "naked", "no_builtins", "no_core", "no_implicit_prelude", "no_link",
    "no_main", "no_mangle", "no_std", "non_exhaustive", "path", "proc_macro", "proc_macro_attribute", "proc_macro_derive",
    "recursion_limit", "reexport_test_harness_main", "repr", "should_panic", "target_feature", "track_caller", "type_length_limit",
    "used", "warn", "windows_subsystem",
];

/// Files of modules that are nested deeper than this are not looked for.
const MOST_MODULES: usize = 32;

/// Splits a source into its parts. Without settings, everything is compiled.
pub fn parts(tokens: &Tokens, cfg: Option<&CfgSet>) -> Parts {
    let mut walk = Walk { tokens, cfg, parts: Parts::default(), seen_until: 0, modules: Vec::new() };
    if !tokens.broken {
        walk.all();
    }
    walk.parts
}

struct Walk<'t, 'a, 's> {
    tokens: &'t Tokens<'a>,
    cfg: Option<&'t CfgSet<'s>>,
    parts: Parts,
    /// Some macro may get the tokens before this index.
    seen_until: usize,
    /// The inline modules around the current token: bracket and name; no name if an attribute sets the path.
    modules: Vec<(usize, Option<&'a str>)>,
}

/// Consecutive attributes of one item or statement.
#[derive(Default)]
struct Attributes {
    /// The index after the last one.
    end: usize,
    /// One of them may be a macro.
    has_macro: bool,
    /// One is a `cfg` that does not hold, and none before it may be a macro.
    is_false: bool,
    paths: Vec<String>,
}

impl<'a> Walk<'_, 'a, '_> {
    fn all(&mut self) {
        let tokens = self.tokens;
        let mut at = 0;
        while at < tokens.all.len() {
            while self.modules.last().is_some_and(|&(open, _)| tokens.all[open].other < at) {
                self.modules.pop();
            }
            at = if self.is_attribute(at, true) {
                self.inner(at)
            } else if self.is_attribute(at, false) {
                self.outer(at)
            } else {
                self.code(at, &[])
            };
        }
    }

    /// Does `#[` stand here or, with `is_inner`, `#![`?
    fn is_attribute(&self, at: usize, is_inner: bool) -> bool {
        let open = if is_inner { at + 2 } else { at + 1 };
        let tokens = self.tokens;
        tokens.is(at, TokenKind::Pound)
            && (!is_inner || tokens.is(at + 1, TokenKind::Bang))
            && tokens.is(open, TokenKind::OpenBracket)
            && tokens.close(open).is_some()
    }

    /// Returns the index after an inner attribute, or after everything that it removes.
    fn inner(&mut self, at: usize) -> usize {
        let tokens = self.tokens;
        let open = at + 2;
        let close = tokens.all[open].other;
        let around = tokens.all[at].around;
        let end = if around == NONE { tokens.all.len() - 1 } else { tokens.all[around].other };
        if self.is_macro(open) {
            self.sees(at, end);
        } else if self.is_free(at) && self.is_false(open) && self.is_head_of_module(at) {
            return self.leave_out(if around == NONE { 0 } else { around + 1 }, end);
        }
        close + 1
    }

    /// Does an inner attribute stand at the head of its file or inline module, after inner attributes only?
    fn is_head_of_module(&self, at: usize) -> bool {
        let tokens = self.tokens;
        let around = tokens.all[at].around;
        let is_module = around == NONE || self.modules.last().is_some_and(|&(open, _)| open == around);
        let mut start = if around == NONE { 0 } else { around + 1 };
        while start < at && self.is_attribute(start, true) {
            start = tokens.all[start + 2].other + 1;
        }
        is_module && start == at
    }

    /// Returns the index after outer attributes, or after the code that they remove.
    fn outer(&mut self, at: usize) -> usize {
        let attributes = self.attributes(at);
        let start = attributes.end;
        if attributes.is_false && self.is_free(at) {
            if let Some(end) = end_of(self.tokens, start, false) {
                return self.leave_out(at, end);
            }
        }
        if attributes.has_macro {
            let around = self.tokens.all[at].around;
            let last = if around == NONE { self.tokens.all.len() - 1 } else { self.tokens.all[around].other };
            self.sees(at, end_of(self.tokens, start, true).unwrap_or(last));
        }
        if start < self.tokens.all.len() && !self.is_attribute(start, true) {
            return self.code(start, &attributes.paths);
        }
        start
    }

    fn attributes(&self, mut at: usize) -> Attributes {
        let tokens = self.tokens;
        let mut found = Attributes::default();
        while self.is_attribute(at, false) {
            let (open, close) = (at + 1, tokens.all[at + 1].other);
            if !found.has_macro {
                found.is_false |= self.is_false(open);
            }
            found.has_macro |= self.is_macro(open);
            for equals in (open..close).filter(|&i| tokens.is(i, TokenKind::Eq) && tokens.word(i - 1) == Some("path")) {
                found.paths.extend(string(tokens, equals + 1));
            }
            at = close + 1;
        }
        found.end = at;
        found
    }

    /// Handles one token that begins no attribute, with the paths in the attributes before it.
    fn code(&mut self, at: usize, paths: &[String]) -> usize {
        let tokens = self.tokens;
        if let Some(close) = tokens.close(at) {
            if self.is_given_to_macro(at) {
                self.sees(at, close);
                return close + 1;
            }
        }
        let start = behind_visibility(tokens, at);
        if tokens.word(start) == Some("macro") && tokens.name(start + 1).is_some() {
            let end = definition_end(tokens, start + 2);
            self.sees(start, end);
            return end + 1;
        }
        if tokens.word(start) == Some("mod") && self.is_free(start) {
            self.module(start, paths);
            return start + 1;
        }
        at + 1
    }

    /// Notes a module whose keyword `mod` stands at an index.
    fn module(&mut self, at: usize, paths: &[String]) {
        let tokens = self.tokens;
        let around = tokens.all[at].around;
        // In a function, or below a module with a path: its file is not looked for here.
        let known = match self.modules.last() {
            _ if self.modules.len() > MOST_MODULES => false,
            None => around == NONE,
            Some(&(open, _)) => around == open && self.modules.iter().all(|(_, name)| name.is_some()),
        };
        let Some(name) = tokens.name(at + 1) else { return };
        if tokens.is(at + 2, TokenKind::OpenBrace) {
            self.modules.push((at + 2, (known && paths.is_empty()).then_some(name)));
        } else if tokens.is(at + 2, TokenKind::Semi) && known {
            let mut inline = self.modules.iter().filter_map(|&(_, name)| name).fold(String::new(), |all, name| all + name + "/");
            if inline.is_empty() {
                self.parts.modules.extend(paths.iter().map(|path| format!("{BY_PATH}{path}")));
            }
            inline.push_str(name);
            self.parts.modules.push(inline);
        }
    }

    /// Is the group that opens at an index the arguments of a macro call, or a macro's rules?
    fn is_given_to_macro(&self, open: usize) -> bool {
        let tokens = self.tokens;
        // The `!` of `-> !` has no name before it.
        let is_call = open > 1 && tokens.is(open - 1, TokenKind::Bang) && tokens.name(open - 2).is_some();
        let is_definition = open > 2 && tokens.name(open - 1).is_some() && tokens.is(open - 2, TokenKind::Bang);
        is_call || (is_definition && tokens.name(open - 3) == Some("macro_rules"))
    }

    /// May the attribute in these brackets be a macro, or expand to one?
    fn is_macro(&self, open: usize) -> bool {
        let tokens = self.tokens;
        let close = tokens.all[open].other;
        if tokens.word(open + 1) != Some("cfg_attr") {
            return !self.is_plain(open + 1);
        }
        let Some(end) = tokens.close(open + 2).filter(|&end| end + 1 == close) else { return true };
        let mut at = self.behind_comma(open + 3, end);
        while at < end {
            if !self.is_plain(at) {
                return true;
            }
            at = self.behind_comma(at, end);
        }
        false
    }

    /// Returns the index after the next comma of a list, or its end.
    fn behind_comma(&self, mut at: usize, end: usize) -> usize {
        while at < end && !self.tokens.is(at, TokenKind::Comma) {
            at = self.tokens.close(at).unwrap_or(at) + 1;
        }
        (at + 1).min(end)
    }

    /// Does one of rustc's own attributes begin here?
    fn is_plain(&self, at: usize) -> bool {
        let tokens = self.tokens;
        tokens.is(at, TokenKind::Ident) && tokens.word(at).is_some_and(|name| PLAIN.contains(&name)) && !tokens.is(at + 1, TokenKind::Colon)
    }

    /// Is this `[cfg(…)]`, and does it not hold?
    fn is_false(&self, open: usize) -> bool {
        let tokens = self.tokens;
        let Some(cfg) = self.cfg else { return false };
        let Some(end) = tokens.close(open + 2).filter(|_| tokens.is(open + 2, TokenKind::OpenParen)) else { return false };
        tokens.is(open + 1, TokenKind::Ident)
            && tokens.word(open + 1) == Some("cfg")
            && end + 1 == tokens.all[open].other
            && cfg.value(tokens, open + 3, end) == Some(false)
    }

    fn is_free(&self, at: usize) -> bool {
        at >= self.seen_until
    }

    fn sees(&mut self, start: usize, end: usize) {
        if end < self.seen_until {
            return;
        }
        let start = start.max(self.seen_until);
        self.parts.seen.push((start, end));
        self.seen_until = end + 1;
    }

    fn leave_out(&mut self, start: usize, end: usize) -> usize {
        self.parts.left_out.push((start, end));
        end + 1
    }
}

#[cfg(test)]
mod tests {
    use crate::scan;

    /// The words that are found, as their lines.
    fn found(text: &str) -> Vec<String> {
        let hits = scan(text.as_bytes(), "unix\nfeature=\"on\"\n").unwrap();
        hits.line.iter().map(u32::to_string).collect()
    }

    #[test]
    fn what_is_not_compiled() {
        for text in [
            "#[cfg(windows)] fn f() -> X<Y> where A: B<C>, { { extern {fn g();} } }",
            "#[cfg(windows)] pub(crate) const extern \"C\" fn f() {}",
            "#[inline] #[cfg(not(unix))] #[tokio::main] pub async extern fn f() {}",
            "#[cfg(test)] mod tests { use super::*; #[test] fn f() { { extern {fn g();} } } extern {fn g();} }",
            "#[cfg(all(unix, feature = \"off\"))] impl<T: A<{ 1 }>> Send for X<T> { extern fn f() {} }",
            "#[cfg(windows)] extern \"system\" { fn f(); }",
            "#[cfg(windows)] #[link(name = \"x\")] extern \"system\" { fn f(); }",
            "#[cfg(windows)] static X: extern fn() = { { extern {fn g();} f } };",
            "#[cfg(windows)] pub type F = extern \"C\" fn(u8);",
            "#[cfg(windows)] struct S<'a, const N: usize> { f: &'a extern fn() }",
            "#[cfg(windows)] struct S(extern fn(), extern fn());",
            "#[cfg(windows)] macro_rules! m { () => { { extern {fn g();} } } }",
            "#[cfg(windows)] a::b! { extern fn }",
            "fn f() { #[cfg(windows)] { { extern {fn g();} } } #[cfg(windows)] { extern {fn g();} } }",
            "fn f() { #[cfg(windows)] let x = { extern {fn g();} } + 1; #[cfg(windows)] if a(|| {}) { { extern {fn g();} } } }",
            "fn f() -> ! { #[cfg(windows)] { extern {fn g();} } }",
            "impl A { #[cfg(windows)] default extern fn f() {} } trait T { #[cfg(windows)] extern fn f(); }",
            "#![no_std] #![cfg(windows)] extern fn f() {}",
            "mod a { #![cfg(windows)] extern fn f() {} }",
            "#[derive(X)] struct A; #[cfg(windows)] extern fn f() {}",
            "#[x::y] fn a<T: B<{ 1 }>>() {} #[cfg(windows)] extern fn f() {}",
            "#[cfg_attr(x, inline, doc = \"y\")] mod a { #[cfg(windows)] extern fn f() {} }",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_is_unsafe_counts_wherever_it_stands() {
        for text in [
            "#[cfg(windows)] \n unsafe fn f() {}",
            "#[cfg(windows)] fn f() { \n unsafe {} }",
            "#[cfg(windows)] mod a { extern \"C\" fn f() { \n unsafe {} } }",
            "\n #[no_mangle] #[cfg(windows)] fn f() {}",
        ] {
            assert_eq!(found(text), ["2"], "{text}");
        }
    }

    #[test]
    fn what_is_compiled_or_a_macro_may_see() {
        for text in [
            "#[cfg(unix)] fn f() { \n { extern {fn g();} } }",
            "#[cfg(target_feature = \"avx\")] fn f() { \n { extern {fn g();} } }",
            "#[cfg(version(\"1.0\"))] fn f() { \n { extern {fn g();} } }",
            "#[cfg(windows)] fn f() {} \n extern fn g() {}",
            "#[cfg(windows)] struct A; \n extern fn g() {}",
            "fn f() { #[cfg(windows)] {} \n { extern {fn g();} } }",
            "fn f() { #[cfg(windows)] const { 1 }; \n { extern {fn g();} }; }",
            "fn f() { #[cfg(windows)] const X: u8 = 1; \n { extern {fn g();} }; }",
            "fn f() { #[cfg(windows)] m!() \n .x({ extern {fn g();} }); }",
            "fn f(#[cfg(windows)] a: u8, \n b: extern fn()) {}",
            "enum E { #[cfg(windows)] A { x: u8 }, \n B { x: extern fn() } }",
            "struct S(#[cfg(windows)] u8, \n extern fn());",
            "fn f() { #[cfg(windows)] union as u8; \n { extern {fn g();} } }",
            "fn f() { match x { #[cfg(windows)] A => 1, \n B => { extern {fn g();} } } }",
            // Macros get it unchanged.
            "m! { #[cfg(windows)] \n extern fn f() {} }",
            "macro_rules! m { () => { #[cfg(windows)] \n extern fn f() {} } }",
            "macro m() { #[cfg(windows)] \n extern fn f() {} }",
            "#[evil] mod a { #[cfg(windows)] \n extern fn f() {} }",
            "#[evil] #[cfg(windows)] \n extern fn f() {}",
            "#[derive(Evil)] struct A { x: [u8; { #[cfg(windows)] \n { extern {fn g();} 1 } }] }",
            "#[cfg_attr(all(), evil)] mod a { #[cfg(windows)] \n extern fn f() {} }",
            "#[cfg_attr(all(), inline, evil::x)] mod a { #[cfg(windows)] \n extern fn f() {} }",
            "#[rustfmt::skip] mod a { #[cfg(windows)] \n extern fn f() {} }",
            "#[doc::x] mod a { #[cfg(windows)] \n extern fn f() {} }",
            "#[r#inline] mod a { #[cfg(windows)] \n extern fn f() {} }",
            "#[evil] impl A<{ 1 }, { 2 }> for B { #[cfg(windows)] \n extern fn f() {} }",
            "fn f() { #[evil] x.y({}); #[cfg(windows)] \n { extern {fn g();} } }",
            "#![evil] #[cfg(windows)] \n extern fn f() {}",
            "#![evil] #![cfg(windows)] \n extern fn f() {}",
            "mod a { #![evil] #[cfg(windows)] \n extern fn f() {} }",
            "fn f() { #![cfg(windows)] \n { extern {fn g();} } }",
            "#[cfg(unix)] mod a { fn f() {} #![cfg(windows)] \n extern fn g() {} }",
            "---\n#[cfg(windows)] extern fn f() { `x` }",
        ] {
            assert_eq!(found(text), ["2"], "{text}");
        }
        assert_eq!(scan(b"#[cfg(windows)] extern fn f() {}", "").unwrap().kind, [1]);
    }

    #[test]
    fn modules_in_files() {
        let modules = |text: &str| scan(text.as_bytes(), "unix").unwrap().modules;
        assert_eq!(modules("mod a; pub(crate) mod r#b; mod c { pub mod d; mod e { mod f; } } mod g;"), ["a", "b", "c/d", "c/e/f", "g"]);
        assert_eq!(modules("#[path = \"x.rs\"] mod a; #[cfg_attr(unix, path = \"y.rs\")] mod b;"), ["\u{1}x.rs", "a", "\u{1}y.rs", "b"]);
        for text in [
            "#[cfg(windows)] mod a;", "m! { mod a; }", "#[evil] mod a;", "#[evil] mod b { mod a; }", "fn f() { mod a; }", "macro_rules! m { () => { mod a; } }",
            "#[path = \"x\"] mod b { mod a; }", "#[path = \"x\"] mod b { mod c { mod a; } }", "mod b { fn f() { mod a; } }",
        ] {
            assert_eq!(modules(text), [""; 0], "{text}");
        }
    }
}
