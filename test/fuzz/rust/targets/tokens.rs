//! Sources: the keywords that are found are those of proc-macro2, where that takes the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use proc_macro2::{TokenStream, TokenTree};
use std::collections::HashSet;

/// A word of a tree: itself, line, column, and whether what follows in its brackets makes an `extern` harmless.
type Word = (String, usize, usize, bool);

fn words(stream: TokenStream, found: &mut Vec<Word>) {
    let mut tokens = stream.into_iter().peekable();
    let mut is_lifetime = false;
    while let Some(token) = tokens.next() {
        let behind_quote = std::mem::replace(&mut is_lifetime, matches!(&token, TokenTree::Punct(p) if p.as_char() == '\''));
        match token {
            _ if behind_quote => {}
            TokenTree::Group(group) => words(group.stream(), found),
            TokenTree::Ident(ident) => {
                let start = ident.span().start();
                let harmless = match tokens.peek() {
                    None => true,
                    Some(TokenTree::Ident(next)) => matches!((&*ident.to_string(), &*next.to_string()), ("unsafe", "extern") | ("extern", "crate")),
                    Some(_) => false,
                };
                found.push((ident.to_string(), start.line, start.column + 1, harmless));
            }
            _ => {}
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let hits = source_tokens::scan(data, "");
    let compiled = source_tokens::scan(data, "unix\nfeature=\"std\"");
    source_tokens::names(data);
    assert_eq!(hits.is_some(), compiled.is_some());
    if let (Some(all), Some(compiled)) = (&hits, &compiled) {
        // What is left out is some of what is there.
        let places: HashSet<_> = (0..all.kind.len()).map(|i| (all.kind[i], all.line[i], all.column[i])).collect();
        for i in 0..compiled.kind.len() {
            assert!(places.contains(&(compiled.kind[i], compiled.line[i], compiled.column[i])));
        }
    }
    let Ok(text) = std::str::from_utf8(data) else { return assert!(hits.is_none()) };
    // proc-macro2 knows no `#!` line; nested comments and groups without end overflow its stack.
    if text.contains("#!") || text.starts_with('\u{feff}') || text.matches(['(', '[', '{', '/']).count() > 500 {
        return;
    }
    // `1e+x` is three tokens to it, and an error to rustc.
    if ["e+", "e-", "E+", "E-"].iter().any(|exponent| text.contains(exponent)) {
        return;
    }
    let Ok(stream) = text.parse::<TokenStream>() else { return };
    // Of numbers and characters it takes some that rustc refuses, as `0e\u{34d}`.
    if hits.is_none() && (!text.is_ascii() || text.contains(|c: char| c.is_ascii_digit())) {
        return;
    }
    let hits = hits.expect("proc-macro2 reads it");
    let mut theirs = Vec::new();
    words(stream, &mut theirs);
    proc_macro2::extra::invalidate_current_thread_spans();
    // 3 is an `extern` too, which declares nothing.
    let kind = |i: usize| if hits.kind[i] == 3 { 1 } else { hits.kind[i] };
    let ours: Vec<_> = (0..hits.kind.len()).map(|i| (kind(i), hits.line[i], hits.column[i])).collect();
    let mut expected = Vec::new();
    for (word, line, column, harmless) in theirs {
        let kind = match word.as_str() {
            "unsafe" => 0,
            // What a macro matches or is called with is weighed too.
            "extern" => 1,
            "no_mangle" | "export_name" | "link_section" | "global_asm" | "naked_asm" => 2,
            _ => continue,
        };
        let hit = (kind, line as u32, column as u32);
        let may_lack = match kind {
            0 => harmless && text.contains("extern"),
            1 => harmless || text.contains("macro"),
            _ => false,
        };
        assert!(may_lack || ours.contains(&hit), "the scan lacks {hit:?} of {ours:?}");
        expected.push(hit);
    }
    // Older editions see more.
    if ["cr#", "cr\"", "c\"", "'r#", "k#"].iter().any(|text_of_editions| text.contains(text_of_editions)) {
        return;
    }
    for hit in ours {
        assert!(expected.contains(&hit), "proc-macro2 does not see {hit:?}");
    }
});
