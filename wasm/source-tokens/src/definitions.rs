//! Macros that a source defines: `macro_rules! NAME { (MATCHER) => { TRANSCRIBER } … }` and `macro NAME(…) { … }`.

use crate::tokens::Tokens;
use ra_ap_rustc_lexer::TokenKind;

/// A macro's definition; indices are those of tokens.
pub struct Definition {
    /// The word `macro_rules` or `macro`.
    pub start: usize,
    /// Of its name; the name may be a placeholder of the macro that writes the definition.
    pub name: usize,
    pub rules: Vec<Rule>,
    /// The brackets around its rules; of `macro NAME(…) {…}` those of its transcriber.
    pub open: usize,
    pub close: usize,
    /// It stands among the arguments of a macro, which may make something else of it.
    pub in_call: bool,
}

/// One rule: the opening brackets of both sides.
pub struct Rule {
    pub matcher: usize,
    pub transcriber: usize,
}

/// All definitions of a source, in order, those inside of others too.
pub fn definitions(tokens: &Tokens) -> Vec<Definition> {
    let mut found = Vec::new();
    // Ends of the calls that we are in.
    let mut calls: Vec<usize> = Vec::new();
    for index in 0..tokens.all.len() {
        while calls.last().is_some_and(|&end| end < index) {
            calls.pop();
        }
        if let Some(close) = tokens.close(index) {
            if index > 0 && tokens.is(index - 1, TokenKind::Bang) {
                calls.push(close);
            }
        }
        if let Some(definition) = definition(tokens, index, !calls.is_empty()) {
            found.push(definition);
        }
    }
    found
}

fn definition(tokens: &Tokens, start: usize, in_call: bool) -> Option<Definition> {
    let mut name = match tokens.word(start)? {
        "macro_rules" if tokens.is(start + 1, TokenKind::Bang) => start + 2,
        "macro" => start + 1,
        _ => return None,
    };
    if tokens.is(name, TokenKind::Dollar) {
        name += 1;
    }
    tokens.name(name)?;
    let open = name + 1;
    let close = tokens.close(open)?;
    let single = tokens.word(start) == Some("macro") && tokens.is(open, TokenKind::OpenParen);
    if single {
        let transcriber = close + 1;
        let end = tokens.close(transcriber)?;
        let rules = vec![Rule { matcher: open, transcriber }];
        return Some(Definition { start, name, rules, open: transcriber, close: end, in_call });
    }
    let mut rules = Vec::new();
    let mut at = open + 1;
    while at < close {
        let Some(end) = tokens.close(at) else { break };
        if !tokens.is(end + 1, TokenKind::Eq) || !tokens.is(end + 2, TokenKind::Gt) {
            break;
        }
        let Some(after) = tokens.close(end + 3) else { break };
        rules.push(Rule { matcher: at, transcriber: end + 3 });
        at = after + 1;
        // `,` separates the rules of `macro`.
        if tokens.is(at, TokenKind::Semi) || tokens.is(at, TokenKind::Comma) {
            at += 1;
        }
    }
    Some(Definition { start, name, rules, open, close, in_call })
}
