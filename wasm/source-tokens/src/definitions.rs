//! Macros that a source defines: `macro_rules! NAME { (MATCHER) => { TRANSCRIBER } … }` and `macro NAME(…) { … }`.

use crate::tokens::Tokens;
use ra_ap_rustc_lexer::TokenKind;

/// A macro's definition; indices are those of tokens.
pub struct Definition {
    /// The word `macro_rules` or `macro`.
    pub start: usize,
    /// Index of its name, which may be a placeholder of the macro that writes the definition.
    pub name: usize,
    pub rules: Vec<Rule>,
    /// Tokens between the brackets that belong to no rule: a macro that writes the definition puts rules there.
    pub left: Vec<usize>,
    /// The closing bracket of its rules; of `macro NAME(…) {…}` that of its transcriber.
    pub close: usize,
    /// True when it stands among the arguments of a macro, which may change it.
    pub in_call: bool,
}

/// One rule: the opening brackets of both sides.
pub struct Rule {
    pub matcher: usize,
    pub transcriber: usize,
}

impl Rule {
    /// Yields its placeholders: the index of the `$`, the name and the kind of fragment.
    pub fn placeholders<'t, 'a>(&self, tokens: &'t Tokens<'a>) -> impl Iterator<Item = (usize, &'a str, &'a str)> + use<'t, 'a> {
        let matched = self.matcher..tokens.close(self.matcher).unwrap_or(self.matcher);
        matched
            .filter(|&at| tokens.is_placeholder(at) && tokens.is(at + 2, TokenKind::Colon))
            .filter_map(|at| Some((at, tokens.name(at + 1)?, tokens.name(at + 3)?)))
    }
}

/// Returns all definitions of a source, in order, those inside others too.
pub fn definitions(tokens: &Tokens) -> Vec<Definition> {
    let mut found = Vec::new();
    // Ends of the calls around the current token.
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
        let left = Vec::new();
        return Some(Definition { start, name, rules, left, close: end, in_call });
    }
    let mut rules = Vec::new();
    let mut left = Vec::new();
    let mut at = open + 1;
    while at < close {
        match rule(tokens, at) {
            Some((rule, after)) => {
                rules.push(rule);
                at = after;
            }
            None => {
                left.push(at);
                at += 1;
            }
        }
    }
    Some(Definition { start, name, rules, left, close, in_call })
}

/// Returns the rule that begins at an index, and the index after it.
fn rule(tokens: &Tokens, matcher: usize) -> Option<(Rule, usize)> {
    let arrow = tokens.close(matcher)? + 1;
    if !tokens.is(arrow, TokenKind::Eq) || !tokens.is(arrow + 1, TokenKind::Gt) {
        return None;
    }
    let transcriber = arrow + 2;
    let after = tokens.close(transcriber)? + 1;
    // `,` separates the rules of `macro`.
    let separated = tokens.is(after, TokenKind::Semi) || tokens.is(after, TokenKind::Comma);
    Some((Rule { matcher, transcriber }, after + usize::from(separated)))
}
