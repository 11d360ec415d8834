//! Empty `extern` blocks.

use crate::compiled::Parts;
use crate::definitions::Definition;
use crate::tokens::{Tokens, NONE};
use ra_ap_rustc_lexer::TokenKind;
use std::collections::HashSet;

/// Returns the indices of `extern` that begin an empty block whatever macros do: outside their arguments, or as everything that
/// a macro of this source writes. Attributes before it may only describe it: `link` would add a library.
pub fn empty_externs(tokens: &Tokens, parts: &Parts, definitions: &[Definition]) -> Vec<usize> {
    let writers: HashSet<usize> = definitions
        .iter()
        .filter(|definition| !definition.in_call && !parts.is_seen(definition.start))
        .flat_map(|definition| definition.rules.iter().map(|rule| rule.transcriber))
        .collect();
    let is_empty = |&at: &usize| {
        let open = if tokens.is_string(at + 1) { at + 2 } else { at + 1 };
        let is_block = tokens.is(open, TokenKind::OpenBrace) && tokens.close(open) == Some(open + 1);
        let is_plain = !parts.is_seen(at) || writers.contains(&tokens.all[at].around);
        is_block && is_plain && is_only_described(tokens, at)
    };
    (0..tokens.all.len()).filter(|&at| tokens.word(at) == Some("extern")).filter(is_empty).collect()
}

fn is_only_described(tokens: &Tokens, at: usize) -> bool {
    let mut start = if at > 0 && tokens.word(at - 1) == Some("unsafe") { at - 1 } else { at };
    while start > 0 && tokens.is(start - 1, TokenKind::CloseBracket) {
        let open = tokens.all[start - 1].other;
        let describes = matches!(tokens.word(open.wrapping_add(1)), Some("allow" | "cfg" | "deny" | "doc" | "expect" | "forbid" | "warn"));
        if open == NONE || open == 0 || !tokens.is(open - 1, TokenKind::Pound) || !describes || tokens.is(open + 2, TokenKind::Colon) {
            return false;
        }
        start = open - 1;
    }
    let before = start.checked_sub(1).and_then(|before| tokens.kind(before));
    matches!(
        before,
        None | Some(TokenKind::Semi | TokenKind::CloseBrace | TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket)
    )
}

#[cfg(test)]
mod tests {
    use crate::scan;

    /// The lines of the keywords that are found, with `!` after those of an empty block.
    fn found(text: &str) -> Vec<String> {
        let hits = scan(text.as_bytes(), "unix\nfeature=\"on\"\n").unwrap();
        (0..hits.kind.len()).map(|i| format!("{}{}", hits.line[i], if hits.kind[i] == 3 { "!" } else { "" })).collect()
    }

    #[test]
    fn blocks_without_a_declaration() {
        for text in [
            "extern {}", "#[doc = \"x\"] extern \"C\" {}", "unsafe extern \"C\" {}", "fn f() {} extern \"C\" { }",
            "macro_rules! m { ($x:expr) => { #[doc = $x] extern \"C\" {} } }", "macro_rules! m { () => [ f(); extern {} ] }",
        ] {
            assert_eq!(found(text), ["1!"], "{text}");
        }
        for text in [
            "extern { fn f(); }", "#[link(name = \"x\")] extern {}", "#[evil] extern {}", "#[doc::x] extern {}", "m!(extern {});",
            "#[evil] mod a { extern {} }", "macro_rules! m { ($($x:tt)*) => { $($x)* extern {} } }", "macro_rules! m { ($m:meta) => { #[$m] extern {} } }",
            "macro_rules! m { () => { other! { extern {} } } }", "macro_rules! m { () => { #[evil] mod a { extern {} } } }",
            "made! { macro_rules! m { () => { extern {} } } }", "macro_rules! m { ($($x:tt)*) => { extern { $($x)* } } }",
            "#[evil] mod a { macro_rules! m { () => { extern {} } } }", "#[cfg_attr(all(), link(name = \"x\"))] extern {}",
        ] {
            assert_eq!(found(text), ["1"], "{text}");
        }
    }
}
