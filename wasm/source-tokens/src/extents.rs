//! The ends of items and statements, by their tokens.

use crate::macros::KEYWORDS;
use crate::tokens::Tokens;
use ra_ap_rustc_lexer::TokenKind;

/// The largest number of tokens or groups of an item that is examined.
const MOST_TOKENS: usize = 2000;

/// Returns the last token of a macro `macro NAME(…) { … }` or `macro NAME { … }` whose first bracket stands at an index.
pub fn definition_end(tokens: &Tokens, open: usize) -> usize {
    let Some(close) = tokens.close(open) else { return open.min(tokens.all.len() - 1) };
    match tokens.close(close + 1) {
        Some(end) if tokens.is(open, TokenKind::OpenParen) => end,
        _ => close,
    }
}

pub fn behind_visibility(tokens: &Tokens, at: usize) -> usize {
    match tokens.word(at) {
        Some("pub") if tokens.is(at + 1, TokenKind::OpenParen) => tokens.close(at + 1).map_or(at, |close| close + 1),
        Some("pub") => at + 1,
        _ => at,
    }
}

/// Returns the last token of the item or statement that begins at an index; `None` for unknown kinds. It may be before the
/// end that rustc sees, but not after it; with `whole` it is exact.
pub fn end_of(tokens: &Tokens, start: usize, whole: bool) -> Option<usize> {
    let word = |at: usize| tokens.word(at);
    let mut at = behind_visibility(tokens, start);
    if let Some(close) = tokens.close(at) {
        // A block; a method call or operator after it is no part of it.
        return (tokens.is(at, TokenKind::OpenBrace) && !whole).then_some(close);
    }
    // Keywords before `fn`, `impl` and `trait`; alone they begin nothing else that goes on after them.
    loop {
        at = match word(at)? {
            "default" if matches!(word(at + 1), Some("fn" | "impl" | "unsafe" | "async" | "const" | "type" | "extern")) => at + 1,
            "const" if matches!(word(at + 1), Some("fn" | "unsafe" | "async" | "extern")) => at + 1,
            "async" if matches!(word(at + 1), Some("fn" | "unsafe" | "extern")) => at + 1,
            "unsafe" if matches!(word(at + 1), Some("fn" | "impl" | "trait" | "auto" | "extern" | "static")) => at + 1,
            "safe" if matches!(word(at + 1), Some("fn" | "static")) => at + 1,
            "auto" if word(at + 1) == Some("trait") => at + 1,
            "extern" if word(at + 1) == Some("fn") => at + 1,
            "extern" if tokens.is_string(at + 1) && word(at + 2) == Some("fn") => at + 2,
            _ => break,
        };
    }
    let next = at + 1;
    let has_name = is_new_name(tokens, next);
    match word(at)? {
        "fn" | "mod" | "struct" | "enum" | "trait" | "union" if has_name => body(tokens, next),
        "impl" => body(tokens, next),
        "extern" if word(next) == Some("crate") => semicolon(tokens, next),
        "extern" => {
            let open = if tokens.is_string(next) { next + 1 } else { next };
            tokens.close(open).filter(|_| tokens.is(open, TokenKind::OpenBrace))
        }
        "use" => semicolon(tokens, next),
        "type" if has_name => semicolon(tokens, next),
        "const" | "static" => {
            let name = if word(next) == Some("mut") { next + 1 } else { next };
            // Not a block or closure that begins with these keywords.
            let is_declared = is_new_name(tokens, name) && tokens.is(name + 1, TokenKind::Colon);
            is_declared.then(|| semicolon(tokens, name)).flatten()
        }
        "let" => semicolon(tokens, next),
        // Expressions: the tokens after their first block are read separately.
        _ if whole => None,
        "unsafe" | "loop" if tokens.is(next, TokenKind::OpenBrace) => tokens.close(next),
        "if" | "while" | "for" | "match" => first_block(tokens, next),
        "macro_rules" if tokens.is(next, TokenKind::Bang) && tokens.name(next + 1).is_some() => tokens.close(next + 2),
        _ => call_end(tokens, at),
    }
}

/// Is this the name of a new item?
fn is_new_name(tokens: &Tokens, at: usize) -> bool {
    tokens.is(at, TokenKind::RawIdent) || (tokens.is(at, TokenKind::Ident) && tokens.word(at).is_some_and(|word| !KEYWORDS.contains(&word)))
}

/// Returns the end of the first block on this level, before the expression ends.
fn first_block(tokens: &Tokens, start: usize) -> Option<usize> {
    let mut at = start;
    for _ in 0..MOST_TOKENS {
        match tokens.kind(at)? {
            TokenKind::OpenBrace => return tokens.close(at),
            TokenKind::Semi | TokenKind::Comma | TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => return None,
            _ => at = tokens.close(at).unwrap_or(at) + 1,
        }
    }
    None
}

/// Returns the end of `path::to::name!(…)`.
fn call_end(tokens: &Tokens, start: usize) -> Option<usize> {
    let mut at = start;
    while tokens.name(at).is_some() && tokens.is(at + 1, TokenKind::Colon) && tokens.is(at + 2, TokenKind::Colon) {
        at += 3;
    }
    let is_call = tokens.name(at).is_some() && tokens.is(at + 1, TokenKind::Bang);
    is_call.then(|| tokens.close(at + 2)).flatten()
}

/// Returns the end of an item with a body in braces, or of its head if it has none.
fn body(tokens: &Tokens, start: usize) -> Option<usize> {
    let mut at = start;
    for _ in 0..MOST_TOKENS {
        match tokens.kind(at)? {
            TokenKind::Semi => return Some(at),
            TokenKind::OpenBrace => {
                let close = tokens.close(at)?;
                // `{ N }` among the arguments of a type.
                let goes_on = matches!(tokens.kind(close + 1), Some(TokenKind::Gt | TokenKind::Comma));
                if !goes_on {
                    return Some(close);
                }
                at = close + 1;
            }
            TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => return None,
            _ => at = tokens.close(at).unwrap_or(at) + 1,
        }
    }
    None
}

/// Returns the `;` that ends a declaration.
fn semicolon(tokens: &Tokens, start: usize) -> Option<usize> {
    let mut at = start;
    for _ in 0..MOST_TOKENS {
        match tokens.kind(at)? {
            TokenKind::Semi => return Some(at),
            TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => return None,
            _ => at = tokens.close(at).unwrap_or(at) + 1,
        }
    }
    None
}
