//! From symbols to names (rules 3.2, 3.3): the paths in a symbol or a qualified debug name.

use crate::coff::IMPORTED;
use crate::crates;
use crate::roles::{paths_in, Role, Walk};
use artifact::{Strings, NONE};
use std::borrow::Cow;
use std::fmt::Write;

/// Names of a table of strings: those of string `i` are `name_ids[start[i]..start[i + 1]]`, rows of `names`, each with
/// its role beside it. A name of a v0 symbol contains the crate's disambiguator: `std[5f3a]::fs::File`.
#[derive(Default)]
pub struct SplitNames {
    pub start: Vec<u32>,
    pub name_ids: Vec<u32>,
    pub roles: Vec<Role>,
    pub names: Strings,
    /// By string: the row of `names` with the crate that contains its code (`std[5f3a]`); NONE when the symbol does not say.
    pub crates: Vec<u32>,
}

/// Returns the name without disambiguators of crates.
pub fn plain_name(name: &str) -> Cow<'_, str> {
    match (name.find('['), name.find(']')) {
        (Some(open), Some(close)) if open < close => Cow::Owned([&name[..open], &name[close + 1..]].concat()),
        _ => Cow::Borrowed(name),
    }
}

/// Demangles legacy and v0 symbols without the hash; returns other text unchanged.
pub fn demangle(symbol: &str) -> Cow<'_, str> {
    match rustc_demangle::try_demangle(symbol) {
        Ok(demangled) => Cow::Owned(format!("{demangled:#}")),
        Err(_) => Cow::Borrowed(symbol),
    }
}

/// What Apple's headers append to the names of functions of which a system has several forms (`sys/cdefs.h`).
const FORMS: [&str; 5] = ["$INODE64", "$UNIX2003", "$NOCANCEL", "$DARWIN_EXTSN", "$1050"];

/// Returns NAME of `NAME@VERSION` (`.symver` of ELF), of `NAME@BYTES`, `@NAME@BYTES` and `NAME@@BYTES` (calling conventions of Windows)
/// and of `NAME$FORM` (Apple's functions that have several); any other text as it is.
fn undecorated(text: &str) -> &str {
    let is_word = |name: &str| !name.is_empty() && name.bytes().all(|c| c == b'_' || c.is_ascii_alphanumeric());
    let mut name = text.strip_prefix('@').unwrap_or(text);
    name = name.split_once('@').map_or(text, |(name, _)| name);
    while let Some(base) = FORMS.iter().find_map(|form| name.strip_suffix(form)) {
        name = base;
    }
    if is_word(name) { name } else { text }
}

/// Splits every string of a table into its names; returns an error when these are out of all proportion: a
/// short v0 symbol can demangle to a megabyte of text.
pub fn split_names<'a>(texts: impl Iterator<Item = &'a str>) -> Result<SplitNames, &'static str> {
    let mut split = SplitNames { start: vec![0], ..SplitNames::default() };
    // By name and role: one more than the last text that has it.
    let mut seen: Vec<[u32; 4]> = Vec::new();
    let (mut given, mut demangled) = (0u64, 0u64);
    let mut plain = String::new();
    let mut walk = Walk::default();
    for text in texts {
        // LLVM's handler of a function's exceptions, on 32-bit Windows: a part of the function.
        let text = text.strip_prefix("__ehhandler$").unwrap_or(text);
        // A function of a DLL that is imported under another name.
        let text = text.strip_prefix(IMPORTED).unwrap_or(text);
        let this = split.start.len() as u32;
        let SplitNames { name_ids, roles, names, crates, .. } = &mut split;
        plain.clear();
        let is_legacy = text.trim_start_matches('_').starts_with("ZN");
        match rustc_demangle::try_demangle(text) {
            // Writing to a string fails only when the demangler gives up; its output so far counts.
            Ok(symbol) if is_legacy => _ = write!(plain, "{symbol:#}"),
            Ok(symbol) => _ = write!(plain, "{symbol}"),
            Err(_) => plain.push_str(undecorated(text)),
        }
        given += text.len() as u64;
        demangled += plain.len() as u64;
        if demangled > (64 << 20) + 64 * given {
            return Err("its symbols stand for names out of all proportion");
        }
        let mut own_crate = NONE;
        paths_in(&plain, &mut walk, &mut |path: &str, role: Role| {
            let id = names.intern(path);
            if seen.len() <= id as usize {
                seen.resize(id as usize + 1, [0; 4]);
            }
            let seen = &mut seen[id as usize][role as usize];
            if *seen != this {
                *seen = this;
                name_ids.push(id);
                roles.push(role);
            }
            if let (Role::Own, Some((first, _))) = (role, path.split_once("::")) {
                own_crate = names.intern(first);
            }
        });
        // Only the symbol contains the crate of an `impl`.
        if let Some(implementor) = crates::of_symbol(text) {
            own_crate = names.intern(&implementor);
        }
        crates.push(own_crate);
        names.check()?;
        split.start.push(split.name_ids.len() as u32);
    }
    Ok(split)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let split = split_names([text].into_iter()).unwrap();
        split.name_ids.iter().map(|&id| plain_name(split.names.get(id)).into_owned()).collect()
    }

    #[test]
    fn crates_of_one_name_differ() {
        let symbol = "_RNvMNtCs4fqI2P2rA04_3std2fsNtB2_4File4open";
        let split = split_names([symbol, "a::b::c", "main", "[u8; 4]", "f[0]::<g::h[12]>"].into_iter()).unwrap();
        assert!(split.names.get(split.name_ids[0]).starts_with("std["), "{}", split.names.get(split.name_ids[0]));
        let crates: Vec<&str> =
            split.crates.iter().map(|&id| if id == NONE { "" } else { split.names.get(id) }).collect();
        assert!(crates[0].starts_with("std[") && crates[0].ends_with(']'), "{}", crates[0]);
        assert_eq!(crates[1..4], ["a", "", ""]);
    }

    #[test]
    fn texts_and_their_names() {
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
        assert_eq!(names("<std::fs::{impl#12} as std::{impl#12}>::open"), ["std::fs", "std::open"]);
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
        assert_eq!(names("connect@GLIBC_2.2.5"), ["connect"]);
        for decorated in ["CreateProcessW@40", "@CreateProcessW@8", "CreateProcessW@@8", "CreateProcessW$INODE64$UNIX2003"] {
            assert_eq!(names(decorated), ["CreateProcessW"]);
        }
        assert!(names("?connect@@YAHXZ").is_empty());
        assert_eq!(names("__ehhandler$_RNvMNtCs4fqI2P2rA04_3std2fsNtB2_4File4open"), ["std::fs::File::open"]);
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
