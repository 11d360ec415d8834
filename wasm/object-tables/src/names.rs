//! From symbols to names (spec §3): a symbol or a qualified debug name yields the paths it mentions.

use artefact::Strings;
use std::borrow::Cow;
use std::fmt::Write;

/// Names of a table of strings: those of string `i` are `name_ids[start[i]..start[i + 1]]`, rows of `names`.
#[derive(Default)]
pub struct SplitNames {
    pub start: Vec<u32>,
    pub name_ids: Vec<u32>,
    pub names: Strings,
}

/// Demangles legacy and v0 symbols without the hash; other text comes back as it is.
pub fn demangle(symbol: &str) -> Cow<'_, str> {
    match rustc_demangle::try_demangle(symbol) {
        Ok(demangled) => Cow::Owned(format!("{demangled:#}")),
        Err(_) => Cow::Borrowed(symbol),
    }
}

/// Splits every string of a table into its names. An error says that they are out of all proportion: a
/// short v0 symbol can stand for a megabyte of text.
pub fn split_names<'a>(texts: impl Iterator<Item = &'a str>) -> Result<SplitNames, &'static str> {
    let mut split = SplitNames { start: vec![0], ..SplitNames::default() };
    // By name: one more than the last text that has it.
    let mut seen: Vec<u32> = Vec::new();
    let (mut given, mut demangled) = (0u64, 0u64);
    let mut plain = String::new();
    let mut walk = Walk::default();
    for text in texts {
        let this = split.start.len() as u32;
        let SplitNames { name_ids, names, .. } = &mut split;
        plain.clear();
        match rustc_demangle::try_demangle(text) {
            // Writing to a string fails only where the demangler gives up; what it wrote so far stands.
            Ok(symbol) => _ = write!(plain, "{symbol:#}"),
            Err(_) => plain.push_str(text),
        }
        given += text.len() as u64;
        demangled += plain.len() as u64;
        if demangled > (64 << 20) + 64 * given {
            return Err("its symbols stand for names out of all proportion");
        }
        paths_in(&plain, &mut walk, &mut |path: &str| {
            let id = names.intern(path);
            if seen.len() <= id as usize {
                seen.resize(id as usize + 1, 0);
            }
            if seen[id as usize] != this {
                seen[id as usize] = this;
                name_ids.push(id);
            }
        });
        names.check()?;
        split.start.push(split.name_ids.len() as u32);
    }
    Ok(split)
}

#[derive(Clone, Copy, PartialEq)]
enum Opened {
    /// `<` behind a path: its arguments.
    Arguments,
    /// `<` at the start of a path: `<A>` or `<A as B>`, which the path behind continues.
    Qualified,
    Bracket,
}

/// The path that is being read, and those that are open around it; they lie one behind the other in one buffer.
#[derive(Default)]
struct Walk {
    text: String,
    /// Where the path that is being read begins; it ends with the buffer.
    start: usize,
    /// What is open, and where the path before it begins.
    open: Vec<(Opened, usize)>,
}

impl Walk {
    fn path(&self) -> &str {
        &self.text[self.start..]
    }

    fn finish_path(&mut self, found: &mut impl FnMut(&str)) {
        let mut path = self.path();
        while let Some(shorter) = path.strip_suffix("::") {
            path = shorter;
        }
        if path.as_bytes().windows(2).any(|two| two == b"::") {
            found(path);
        }
        self.text.truncate(self.start);
    }

    /// Opens what belongs to the path, or what begins a new one where that is finished.
    fn open(&mut self, opened: Opened) {
        self.open.push((opened, self.start));
        self.start = self.text.len();
    }

    /// `leads`: `::` follows, so that the word is the start of a path and no keyword.
    fn word(&mut self, word: &str, leads: bool, found: &mut impl FnMut(&str)) {
        if self.path().ends_with("::") {
            self.text.push_str(word);
            return;
        }
        self.finish_path(found);
        let is_number = word.as_bytes()[0].is_ascii_digit();
        let is_keyword = !leads
            && matches!(word, "as" | "mut" | "dyn" | "for" | "const" | "fn" | "unsafe" | "extern" | "impl");
        if !is_number && !is_keyword {
            self.text.push_str(word);
        }
    }

    fn close_angle(&mut self, found: &mut impl FnMut(&str)) {
        match self.open.last() {
            Some(&(Opened::Arguments, before)) => {
                self.finish_path(found);
                self.open.pop();
                self.start = before;
            }
            // The path behind continues the one inside.
            Some((Opened::Qualified, _)) => _ = self.open.pop(),
            _ => {}
        }
    }

    /// Closes what is open, to the innermost of a kind; paths whose arguments never ended are names too.
    fn close_until(&mut self, wanted: Opened, found: &mut impl FnMut(&str)) {
        self.finish_path(found);
        while let Some((kind, before)) = self.open.pop() {
            self.start = before;
            if kind == wanted {
                break;
            }
            self.finish_path(found);
        }
    }

    fn end(&mut self, found: &mut impl FnMut(&str)) {
        while !self.open.is_empty() {
            self.close_until(Opened::Bracket, found);
        }
        self.finish_path(found);
    }
}

/// Is a byte part of a word? All that is not ASCII is.
fn is_word(byte: u8) -> bool {
    byte == b'_' || byte == b'$' || byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// How many bytes of a character constant stand behind its first quote, the last quote included; 0 when
/// that quote begins a lifetime.
fn character_length(rest: &str) -> usize {
    let mut chars = rest.char_indices();
    match chars.next() {
        Some((_, '\\')) => {
            chars.next();
            chars.find(|&(_, c)| c == '\'').map_or(0, |(at, _)| at + 1)
        }
        Some(_) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => 0,
        },
        None => 0,
    }
}

fn paths_in(text: &str, walk: &mut Walk, found: &mut impl FnMut(&str)) {
    let bytes = text.as_bytes();
    if !text.is_empty() && bytes.iter().all(|&byte| is_word(byte)) {
        found(text);
        return;
    }
    walk.text.clear();
    walk.start = 0;
    let mut previous = b' ';
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' => {
                let mut depth = 1;
                while depth > 0 && at < bytes.len() {
                    match bytes[at] {
                        b'{' => depth += 1,
                        b'}' => depth -= 1,
                        _ => {}
                    }
                    at += 1;
                }
                previous = b'}';
                continue;
            }
            b'"' => {
                walk.finish_path(found);
                let mut escaped = false;
                while let Some(&inner) = bytes.get(at) {
                    at += 1;
                    if inner == b'"' && !escaped {
                        break;
                    }
                    escaped = inner == b'\\' && !escaped;
                }
            }
            b'\'' => {
                let constant = character_length(&text[at..]);
                at += constant;
                // Else a lifetime.
                while constant == 0 && bytes.get(at).is_some_and(|&next| is_word(next)) {
                    at += 1;
                }
            }
            b':' if bytes.get(at) == Some(&b':') => {
                at += 1;
                if !walk.path().is_empty() && !walk.path().ends_with("::") {
                    walk.text.push_str("::");
                }
            }
            b'<' => {
                if is_word(previous) || previous == b'}' || previous == b':' {
                    walk.open(Opened::Arguments);
                } else {
                    walk.finish_path(found);
                    walk.open(Opened::Qualified);
                }
            }
            b'>' if previous != b'-' && previous != b'=' => walk.close_angle(found),
            b'(' | b'[' => {
                walk.finish_path(found);
                walk.open(Opened::Bracket);
            }
            b')' | b']' => walk.close_until(Opened::Bracket, found),
            _ if is_word(byte) => {
                let start = at - 1;
                while bytes.get(at).is_some_and(|&next| is_word(next)) {
                    at += 1;
                }
                walk.word(&text[start..at], text[at..].starts_with("::"), found);
            }
            _ => walk.finish_path(found),
        }
        previous = byte;
    }
    walk.end(found);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let split = split_names([text].into_iter()).unwrap();
        split.name_ids.iter().map(|&id| split.names.get(id).to_string()).collect()
    }

    #[test]
    fn rows_of_spec_3() {
        assert_eq!(
            names("core::ptr::drop_in_place<std::rt::lang_start<()>::{{closure}}>"),
            ["std::rt::lang_start", "core::ptr::drop_in_place"]
        );
        assert_eq!(
            names("<alloc::string::String as core::fmt::Debug>::fmt"),
            ["alloc::string::String", "core::fmt::Debug::fmt"]
        );
        assert_eq!(
            names("std::collections::HashMap<std::string::String, std::path::PathBuf>"),
            ["std::string::String", "std::path::PathBuf", "std::collections::HashMap"]
        );
        assert_eq!(names("std::vec::Vec<&mut std::string::String>"), ["std::string::String", "std::vec::Vec"]);
        assert_eq!(
            names("<std::rt::lang_start::{closure_env#0}<()> as core::ops::function::Fn<()>>::{vtable}"),
            ["std::rt::lang_start", "core::ops::function::Fn"]
        );
    }

    #[test]
    fn methods_belong_to_their_type_or_trait() {
        assert_eq!(names("<std::fs::File>::open::<&str>"), ["std::fs::File::open"]);
        assert_eq!(
            names("<a::B<c::D> as e::F<g::H>>::i::<j::K>"),
            ["c::D", "a::B", "g::H", "j::K", "e::F::i"]
        );
        assert_eq!(names("std::fs::{impl#9}::open<std::path::PathBuf>"), ["std::path::PathBuf", "std::fs::open"]);
        assert_eq!(names("core::ptr::<impl *const T>::is_null"), ["core::ptr::is_null"]);
    }

    #[test]
    fn types_inside_types() {
        assert_eq!(names("a::f::<dyn for<'a> b::C<d::E, Item = [f::G; 3usize]> + h::I>"), ["d::E", "f::G", "b::C", "h::I", "a::f"]);
        assert_eq!(names("a::f::<fn(b::C, (d::E, u8)) -> g::H>"), ["b::C", "d::E", "g::H", "a::f"]);
        assert_eq!(names("a::f::<\"b::c\", 'x', -3i32>"), ["a::f"]);
    }

    #[test]
    fn plain_and_mangled_symbols() {
        assert_eq!(names("socket"), ["socket"]);
        assert_eq!(names("_ZN3std2fs4File4open17h0123456789abcdefE"), ["std::fs::File::open"]);
        assert_eq!(names("_RNvMNtCs4fqI2P2rA04_3std2fsNtB2_4File4open"), ["std::fs::File::open"]);
        // Non-ASCII identifier (v0 punycode): gödel
        assert_eq!(names("_RNvNtCs1234_7mycrateu8gdel_5qa1f"), ["mycrate::gödel::f"]);
    }

    #[test]
    fn legacy_symbols() {
        assert_eq!(names("_ZN4core3ptr39drop_in_place$LT$std..path..PathBuf$GT$17h0123456789abcdefE"), [
            "std::path::PathBuf",
            "core::ptr::drop_in_place"
        ]);
        assert_eq!(
            names("_ZN58_$LT$alloc..string..String$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE"),
            ["alloc::string::String", "core::fmt::Debug::fmt"]
        );
        assert_eq!(names("_ZN7mycrate10g$u4f6$del1f17h0123456789abcdefE"), ["mycrate::g\u{4f6}del::f"]); // gӶdel
        assert_eq!(names("_ZN7mycrate9g$uf6$del1f17h0123456789abcdefE"), ["mycrate::gödel::f"]);
        assert_eq!(
            names("_ZN4core3ops8function6FnOnce40call_once$u7b$$u7b$vtable.shim$u7d$$u7d$17h0123456789abcdefE"),
            ["core::ops::function::FnOnce::call_once"]
        );
    }

    #[test]
    fn what_is_no_name() {
        assert_eq!(names("a::b::{{closure}}"), ["a::b"]);
        assert_eq!(names("a::b::{closure#0}::{closure#3}<c::D>"), ["c::D", "a::b"]);
        assert_eq!(names("a::f<17, -4, true, u8, &mut c::D, *mut e::F, *const g::H>"), ["c::D", "e::F", "g::H", "a::f"]);
        assert_eq!(names("[a::B; 16]"), ["a::B"]);
    }

    #[test]
    fn words_that_lead_a_path_are_no_keywords() {
        assert_eq!(names("raw::net::open<raw::fs::File>"), ["raw::fs::File", "raw::net::open"]);
        assert_eq!(names("dyn::a::f"), ["dyn::a::f"]);
    }

    #[test]
    fn constants_hide_no_names() {
        for constant in ["'<'", "'>'", "'('", "'{'", "'\"'", "'\\''", "'\\u{7f}'", "'x'", "':'", "\"<({\"", "\"\\\"<\""] {
            let text = format!("a::f::<{constant}, std::fs::File>::g");
            assert_eq!(names(&text), ["std::fs::File", "a::f::g"], "{text}");
        }
        assert_eq!(names("a::f::<&'a b::C<'_>, d::E>"), ["b::C", "d::E", "a::f"]);
    }

    #[test]
    fn what_never_ends_keeps_its_names() {
        assert_eq!(names("a::f::<(b::c<d::e"), ["d::e", "b::c", "a::f"]);
        assert_eq!(names("a::f::<(b::c<d::e) g::h"), ["d::e", "b::c", "g::h", "a::f"]);
    }

    #[test]
    fn hostile_text_ends() {
        for text in ["<<<<", ">>>>", "a::<b::", "{{{", "((a::b", "a::b)>::c", "\"", "'"] {
            names(text);
        }
        names(&"<".repeat(100_000));
    }
}
