//! The macros of a source: those that it defines with what they lend to their callers, those that it calls, and other names
//! for them.

use crate::compiled::Parts;
use crate::definitions::{Definition, Rule};
use crate::lends::{Lending, Transcriber};
use crate::tokens::Tokens;
use ra_ap_rustc_lexer::TokenKind;
use std::collections::{BTreeSet, HashSet};

/// The macros of one source.
#[derive(Default)]
pub struct Macros<'a> {
    pub defined: Vec<Defined<'a>>,
    pub calls: Vec<Call<'a>>,
    /// `NAME as OTHER`: the other name first.
    pub renamed: BTreeSet<(&'a str, &'a str)>,
}

/// A macro that other crates may call.
pub struct Defined<'a> {
    pub name: &'a str,
    /// False for one that only its own crate can call.
    pub exported: bool,
    pub lends: Lending,
    /// Calls in its transcribers.
    pub calls: Vec<Call<'a>>,
}

/// A call of a macro, by the last segment of its path.
#[derive(Clone)]
pub struct Call<'a> {
    pub name: &'a str,
    pub line: u32,
    pub column: u32,
    /// Its brackets are not empty.
    pub has_arguments: bool,
    /// The call stands in a macro and passes on tokens of that macro's caller.
    pub passes_on: bool,
    /// Its arguments contain a lone `extern`.
    pub bare_extern: bool,
    /// The names among its arguments; `None` when they are too many.
    pub names: Option<Vec<&'a str>>,
}

/// A call with more names may name anything.
const MOST_NAMES: usize = 24;
/// A call with more tokens may name anything.
const MOST_TOKENS: usize = 400;

/// Words before `!` that make it a negation.
pub const KEYWORDS: [&str; 34] = [
    "as", "break", "const", "continue", "crate", "else", "enum", "extern", "false", "fn", "for", "if", "impl", "in", "let",
    "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "Self", "static", "struct", "super", "trait",
    "true", "type", "unsafe", "use", "while",
];

/// Attributes that do not change a macro; another one may do anything with it.
const ATTRIBUTES: [&str; 14] = [
    "allow", "allow_internal_unsafe", "allow_internal_unstable", "cfg", "cfg_attr", "collapse_debuginfo", "deny", "deprecated",
    "doc", "expect", "macro_use", "rustfmt", "unused_macros", "warn",
];

/// Macros of std that emit their arguments in the same order.
pub const PLAIN: [&str; 24] = [
    "assert", "assert_eq", "assert_ne", "concat", "debug_assert", "debug_assert_eq", "debug_assert_ne", "dbg", "eprint",
    "eprintln", "format", "format_args", "matches", "panic", "print", "println", "stringify", "thread_local", "todo",
    "unimplemented", "unreachable", "vec", "write", "writeln",
];

/// Returns the indices of `extern` that begin no declaration by the tokens after them; `names` are those that are names of
/// placeholders.
pub fn bare_externs(tokens: &Tokens, names: &HashSet<usize>) -> Vec<usize> {
    let is_bare = |&at: &usize| tokens.word(at + 1) != Some("crate") && !declares(tokens, at) && !names.contains(&at);
    (0..tokens.all.len()).filter(|&at| tokens.word(at) == Some("extern")).filter(is_bare).collect()
}

/// Reads a source.
pub fn macros<'a>(tokens: &Tokens<'a>, definitions: &[Definition], parts: &Parts) -> Macros<'a> {
    let mut found = Macros::default();
    for index in 0..tokens.all.len() {
        if let Some(call) = call(tokens, index).filter(|_| !parts.is_left_out(index)) {
            found.calls.push(call);
        }
        if tokens.word(index) == Some("as") && index > 0 {
            if let (Some(name), Some(other)) = (tokens.name(index - 1), tokens.name(index + 1)) {
                if other != "_" && !is_number(other) {
                    found.renamed.insert((other, name));
                }
            }
        }
    }
    // The end of the outermost definition around the current token.
    let mut end = 0;
    for definition in definitions {
        let is_within = definition.start < end;
        found.defined.push(defined(tokens, definition, is_within));
        end = end.max(definition.close);
    }
    found
}

/// Is it a type to which numbers are cast? No macro has such a name; if one has, its own crate bears the consequences.
fn is_number(name: &str) -> bool {
    matches!(
        name,
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "f32" | "f64" | "char"
    )
}

/// Returns the call whose name stands at an index.
pub fn call<'a>(tokens: &Tokens<'a>, index: usize) -> Option<Call<'a>> {
    let name = tokens.name(index)?;
    if !tokens.is(index + 1, TokenKind::Bang) {
        return None;
    }
    let close = tokens.close(index + 2)?;
    if tokens.is(index, TokenKind::Ident) && KEYWORDS.contains(&name) {
        return None;
    }
    if index > 0 && tokens.is(index - 1, TokenKind::Dollar) {
        return None;
    }
    let inside = index + 3..close;
    let passes_on = tokens.has_given(index + 3, close);
    let mut names: Option<Vec<&str>> = Some(Vec::new());
    let bare_extern = tokens.has_bare_extern(index + 3, close);
    for at in inside.clone() {
        if at - index > MOST_TOKENS {
            // Not read to its end, since calls may be nested without limit.
            names = None;
            break;
        }
        let Some(word) = tokens.name(at) else { continue };
        if tokens.is(at, TokenKind::Ident) && KEYWORDS.contains(&word) {
            continue;
        }
        if let Some(known) = &mut names {
            if known.len() > MOST_NAMES {
                names = None;
            } else if !known.contains(&word) {
                known.push(word);
            }
        }
    }
    let token = &tokens.all[index];
    let (line, column) = (token.line, token.column);
    Some(Call { name, line, column, has_arguments: !inside.is_empty(), passes_on, bare_extern, names })
}

/// Does `extern` at an index begin a block, a function or a function's type, by the tokens after it?
pub fn declares(tokens: &Tokens, index: usize) -> bool {
    let next = index + 1;
    tokens.is_string(next)
        || tokens.is(next, TokenKind::OpenBrace)
        || tokens.is(next, TokenKind::Dollar)
        || matches!(tokens.word(next), Some("fn" | "unsafe" | "safe" | "async"))
        // `extern"C"` before edition 2021.
        || tokens.is(index, TokenKind::UnknownPrefix)
}

fn defined<'a>(tokens: &Tokens<'a>, definition: &Definition, is_within: bool) -> Defined<'a> {
    let exported = definition.in_call || is_within || is_exported(tokens, definition.start);
    let mut lends = Lending::default();
    let mut calls = Vec::new();
    for rule in &definition.rules {
        let transcriber = Transcriber::of(tokens, rule);
        lends.add(&transcriber.lends());
        calls.extend(transcriber_calls(tokens, rule));
    }
    for &at in &definition.left {
        lends.caller_in_unsafe |= tokens.word(at) == Some("unsafe");
        lends.foreign |= tokens.word(at) == Some("extern");
    }
    let name = tokens.name(definition.name).unwrap_or_default();
    // std's own readers of files as data: a macro with their name may do anything with the file.
    lends.caller_in_unsafe |= matches!(name, "include_str" | "include_bytes");
    Defined { name, exported, lends, calls }
}

fn transcriber_calls<'a>(tokens: &Tokens<'a>, rule: &Rule) -> Vec<Call<'a>> {
    let Some(close) = tokens.close(rule.transcriber) else { return Vec::new() };
    (rule.transcriber + 1..close).filter_map(|index| call(tokens, index)).collect()
}

/// Can other crates see the macro whose definition begins at an index?
fn is_exported(tokens: &Tokens, start: usize) -> bool {
    if tokens.word(start) == Some("macro") {
        return true;
    }
    let mut end = start;
    while end > 0 && tokens.is(end - 1, TokenKind::CloseBracket) {
        let open = tokens.all[end - 1].other;
        if open == crate::tokens::NONE || open == 0 || !tokens.is(open - 1, TokenKind::Pound) {
            break;
        }
        let attribute = tokens.name(open + 1).unwrap_or_default();
        let exports = (open..end).any(|at| tokens.name(at) == Some("macro_export"));
        if exports || !ATTRIBUTES.contains(&attribute) {
            return true;
        }
        end = open - 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definitions::definitions;

    fn read<'a>(tokens: &Tokens<'a>) -> Macros<'a> {
        macros(tokens, &definitions(tokens), &Parts::default())
    }

    /// What the first exported macro of a source lends, as letters.
    fn lent(text: &str) -> String {
        let tokens = Tokens::readings(text).swap_remove(0);
        assert!(!tokens.broken, "{text}");
        let found = read(&tokens);
        let lends = found.defined.iter().find(|defined| defined.exported).map(|defined| defined.lends).unwrap_or_default();
        let Lending { caller_in_unsafe, linkage, foreign, joins, applies, defines, renames } = lends;
        let own = [(caller_in_unsafe, 'u'), (linkage, 'l'), (foreign, 'e'), (joins, 'j')];
        let letters = [&own[..], &[(applies, 'a'), (defines, 'd'), (renames, 'r')]].concat();
        letters.iter().filter(|(set, _)| *set).map(|(_, letter)| *letter).collect()
    }

    fn rule(matcher: &str, transcriber: &str) -> String {
        lent(&format!("#[macro_export] macro_rules! m {{ ({matcher}) => {{ {transcriber} }}; }}"))
    }

    #[test]
    fn code_of_the_caller_in_unsafe() {
        for (matcher, transcriber) in [
            ("$e:expr", "unsafe { $e }"),
            ("$($e:expr),*", "unsafe { $( f($e); )* }"),
            ("$b:block", "unsafe $b"),
            ("$($t:tt)*", "{ let x = 1; unsafe { { $($t)* } } }"),
            ("$f:ident", "unsafe { $f() }"),
            ("$s:expr, $f:ident", "match $s { s => unsafe { s.$f } }"),
            ("$p:path", "unsafe { $p() }"),
            ("$t:ty", "unsafe { <$t>::new() }"),
            ("$t:ty", "unsafe { $t::NEW }"),
            ("$p:pat", "unsafe { match u { $p => 1 } }"),
            ("$t:ty", "unsafe impl Send for $t {}"),
            ("$n:ident", "unsafe impl Send for $n {}"),
            ("$n:ident $b:block", "unsafe fn $n() $b"),
            ("$n:ident $b:block", "pub(crate) const unsafe fn $n(x: [u8; 2]) -> u8 { $b }"),
            ("$e:expr", "$crate::other!(unsafe $e)"),
            ("$e:expr", "$crate::other!(unsafe {} $e)"),
            ("$e:expr", "$crate::other!(a [unsafe { f() }] { $e })"),
            ("$u:tt $e:expr", "{ let $e = 1; unsafe { $e } }"),
            ("$x:ident", "{ { let $x = 1; } unsafe { $x } }"),
            ("$x:ident", "{ unsafe { $x } ; let $x = 1; }"),
            ("$n:ident", "macro_rules! $n { ($e:expr) => { unsafe { $e } } }"),
            ("$d:tt $n:ident", "macro_rules! $n { ($d e:expr) => { unsafe { $d e } } }"),
            ("", "macro_rules! inner { ($e:expr) => { unsafe { $e } } }"),
        ] {
            assert!(rule(matcher, transcriber).contains('u'), "({matcher}) => {transcriber}");
        }
    }

    #[test]
    fn code_of_the_macro_alone_in_unsafe() {
        for (matcher, transcriber) in [
            ("$e:expr", "match $e { x => unsafe { $crate::f(x) } }"),
            ("$e:expr", "{ let x = $e; unsafe { $crate::f(&x) } }"),
            ("$($x:ident),*", "$( let mut $x = $x; let mut $x = unsafe { Pin::new_unchecked(&mut $x) }; )*"),
            ("$x:ident", "let $x = $x; { g(); unsafe { f($x) } }"),
            ("$t:ty, $v:expr", "{ let v: $t = $v; unsafe { transmute::<$t, u8>(v) } }"),
            ("$t:ty", "unsafe { <$crate::X as Tr<$t>>::f() }"),
            ("$l:literal, $a:lifetime", "unsafe { f::<$a>($l) }"),
            ("", "unsafe { $crate::f() }"),
            ("$e:expr", "{ unsafe { $crate::f() }; $e }"),
            ("$e:expr", "assert!(unsafe { $crate::f() }, $e)"),
            ("$f:expr", "{ let f: unsafe fn(u8) = $crate::g; $f }"),
            ("$unsafe:tt $e:expr", "$unsafe { $e }"),
        ] {
            assert!(!rule(matcher, transcriber).contains('u'), "({matcher}) => {transcriber}");
        }
    }

    #[test]
    fn linkage_and_extern() {
        assert_eq!(rule("", "extern \"C\" { fn f(); }"), "e");
        assert_eq!(rule("", "unsafe extern { fn f(); }"), "e");
        assert_eq!(rule("$n:ident", "pub extern fn $n() {}"), "e");
        assert_eq!(rule("$a:literal", "extern $a fn f() {}"), "e");
        assert_eq!(rule("$t:ty", "extern crate core; type F = extern \"C\" fn($t); let f: unsafe extern fn() = g;"), "");
        assert_eq!(rule("$i:item", "#[no_mangle] $i"), "l");
        assert_eq!(rule("$i:item", "#[unsafe(export_name = \"x\")] $i"), "l");
        assert_eq!(rule("$m:meta $i:item", "#[unsafe($m)] $i"), "l");
        assert_eq!(rule("$i:item", "#[cfg_attr(all(), link_section = \".x\")] $i"), "l");
        assert_eq!(rule("", "core::arch::global_asm!(\"nop\");"), "l");
    }

    #[test]
    fn what_may_become_of_names_and_of_a_lone_extern() {
        assert_eq!(rule("$m:path, $($t:tt)*", "$m!($($t)*)"), "a");
        assert_eq!(rule("$($m:ident)::*", "$($m)::*!()"), "a");
        assert_eq!(rule("$n:ident", "pub use $crate::raw as $n;"), "r");
        assert_eq!(rule("$n:ident $m:ident", "pub(crate) use a::{self, b as c, d::$m as $n};"), "r");
        assert_eq!(rule("$t:ident $v:ident", "use std::fmt; fn f() -> u8 { $v as $t }"), "");
        assert_eq!(rule("$n:ident", "macro_rules! $n { () => {} }"), "jd");
        assert_eq!(rule("$k:tt", "$k \"C\" { fn f(); }"), "j");
        assert_eq!(rule("$($k:tt)*", "$($k)* fn f() {}"), "j");
        assert_eq!(rule("$k:ident", "impl From<Token![$k]> for X {}"), "");
        assert_eq!(rule("$v:vis $e:expr", "$v fn f() { $e }"), "");
    }

    #[test]
    fn who_can_call_it() {
        let exported = |text: &str| read(&Tokens::readings(text)[0]).defined[0].exported;
        assert!(exported("#[macro_export] macro_rules! m { () => {} }"));
        assert!(exported("#[doc = \"[\"] #[cfg_attr(all(), macro_export)] #[allow(x)] macro_rules! m { () => {} }"));
        assert!(exported("#[macro_export(local_inner_macros)] /// x\n macro_rules! m { () => {} }"));
        assert!(exported("#[somebody::exports] macro_rules! m { () => {} }"));
        assert!(exported("export! { macro_rules! m { () => {} } }"));
        assert!(exported("pub macro m() {}"));
        assert!(!exported("#[cfg(test)] #[allow(unused_macros)] macro_rules! m { () => {} }"));
    }

    #[test]
    fn calls_and_other_names() {
        let tokens = &Tokens::readings("use a::{raw as r#else_, b::c as d}; fn f() { a::raw!(*p); r#raw! { x }; if !(a) {} a != (b); !g(); x as u8; }")[0];
        let found = read(tokens);
        let calls: Vec<(&str, u32)> = found.calls.iter().map(|call| (call.name, call.column)).collect();
        assert_eq!(calls, [("raw", 49), ("raw", 59)]);
        assert_eq!(found.renamed.into_iter().collect::<Vec<_>>(), [("d", "c"), ("else_", "raw")]);
        let nested = &Tokens::readings("#[macro_export] macro_rules! m { ($e:expr) => { $crate::raw!($e); $crate::b!() } }")[0];
        let nested = read(nested);
        let inner: Vec<(&str, bool)> = nested.defined[0].calls.iter().map(|call| (call.name, call.passes_on)).collect();
        assert_eq!(inner, [("raw", true), ("b", false)]);
    }
}
