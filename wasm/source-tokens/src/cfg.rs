//! Evaluates `cfg` predicates for one compilation (Rust Reference, "Conditional compilation").

use crate::texts::string;
use crate::tokens::Tokens;
use ra_ap_rustc_lexer::TokenKind;
use std::collections::HashSet;

/// The settings of one compilation: those that rustc prints, and those of its command line.
pub struct CfgSet<'s> {
    set: HashSet<&'s str>,
}

/// Names that may be set although rustc does not print them: they depend on the kind of crate, or are unstable.
const OPEN: [&str; 18] = [
    "accessible", "contract_checks", "emscripten_wasm_eh", "fmt_debug", "overflow_checks", "proc_macro", "relocation_model",
    "sanitize", "sanitizer_cfi_generalize_pointers", "sanitizer_cfi_normalize_integers", "target_abi", "target_feature",
    "target_has_atomic", "target_has_atomic_equal_alignment", "target_has_atomic_load_store", "target_thread_local", "ub_checks",
    "version",
];
const OPEN_PREFIXES: [&str; 2] = ["target_has_reliable_", "target_object_"];

impl<'s> CfgSet<'s> {
    /// Reads settings, one a line, as `rustc --print cfg` prints them: `unix`, `target_os="linux"`. Returns `None` for no line
    /// at all: then nothing is known.
    pub fn read(text: &'s str) -> Option<CfgSet<'s>> {
        let set: HashSet<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        (!set.is_empty()).then_some(CfgSet { set })
    }

    /// Returns the value of the predicate between two indices; `None` when it is not known.
    pub fn value(&self, tokens: &Tokens, start: usize, end: usize) -> Option<bool> {
        let (value, next) = self.predicate(tokens, start, end, 0)?;
        let next = if tokens.is(next, TokenKind::Comma) && next < end { next + 1 } else { next };
        if next == end {
            value
        } else {
            None
        }
    }

    /// Returns the value, if it is known, and the index after the predicate; `None` for tokens that are no predicate.
    fn predicate(&self, tokens: &Tokens, at: usize, end: usize, depth: u32) -> Option<(Option<bool>, usize)> {
        // A raw identifier would be a name too, but nobody writes one here.
        if at >= end || depth > 64 || !tokens.is(at, TokenKind::Ident) {
            return None;
        }
        let name = tokens.word(at)?;
        if let Some(close) = tokens.close(at + 1) {
            return Some((self.operation(tokens, name, at + 1, close, depth)?, close + 1));
        }
        if tokens.is(at + 1, TokenKind::Eq) {
            let value = string(tokens, at + 2)?;
            // No value of rustc contains these, and a line of the set could not contain them.
            let plain = !value.contains(['"', '\\', '\n', '\r']);
            return Some((plain.then(|| self.is_set(name, &format!("{name}=\"{value}\""))).flatten(), at + 3));
        }
        let value = match name {
            "true" => Some(true),
            "false" => Some(false),
            _ => self.is_set(name, name),
        };
        Some((value, at + 1))
    }

    fn operation(&self, tokens: &Tokens, name: &str, open: usize, close: usize, depth: u32) -> Option<Option<bool>> {
        if !tokens.is(open, TokenKind::OpenParen) {
            return None;
        }
        if !["all", "any", "not"].contains(&name) {
            // An unknown kind of predicate: `version("1.60")`.
            return Some(None);
        }
        let mut values = Vec::new();
        let mut at = open + 1;
        while at < close {
            let (value, next) = self.predicate(tokens, at, close, depth + 1)?;
            values.push(value);
            at = next;
            if at < close && !tokens.is(at, TokenKind::Comma) {
                return None;
            }
            at += 1;
        }
        let unknown = values.contains(&None);
        Some(match name {
            "all" if values.contains(&Some(false)) => Some(false),
            "any" if values.contains(&Some(true)) => Some(true),
            "not" if values.len() != 1 => return None,
            _ if unknown => None,
            "not" => values[0].map(|value| !value),
            _ => Some(name == "all"),
        })
    }

    fn is_set(&self, name: &str, setting: &str) -> Option<bool> {
        if self.set.contains(setting) {
            return Some(true);
        }
        let open = OPEN.contains(&name) || OPEN_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        (!open).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(predicate: &str) -> Option<bool> {
        let set = CfgSet::read("unix\ntarget_os=\"linux\"\nfeature=\"std\"\ntarget_feature=\"sse2\"\n").unwrap();
        let tokens = &Tokens::readings(predicate)[0];
        set.value(tokens, 0, tokens.all.len())
    }

    #[test]
    fn predicates() {
        for holds in [
            "unix", "not(windows)", "target_os = \"linux\"", "target_os = r\"linux\"", "target_os = \"l\\x69nux\"", "all()", "all(unix,)",
            "any(windows, unix)", "not(any())", "true", "not(false)", "feature = \"std\",", "target_feature = \"sse2\"",
            "any(version(\"1.0\"), unix)", "not(all(target_feature = \"x\", windows))",
        ] {
            assert_eq!(value(holds), Some(true), "{holds}");
        }
        for fails in ["windows", "not(unix)", "any()", "test", "feature = \"x\"", "false", "all(target_feature = \"x\", windows)"] {
            assert_eq!(value(fails), Some(false), "{fails}");
        }
        for unknown in [
            "target_feature = \"avx\"", "not(target_feature = \"avx\")", "version(\"1.60\")", "accessible(std::x)", "proc_macro", "r#windows",
            "any(windows, target_abi = \"x\")", "not(windows, unix)", "windows unix", "", "not()", "windows = 1", "windows(x)", "x::windows",
            "windows = \"a\\\"b\"", "all(windows unix)", "$x", "target(os = \"windows\")", "all[windows]",
        ] {
            assert_eq!(value(unknown), None, "{unknown}");
        }
    }
}
