//! Determines what a macro lends to its callers, by the tokens of its transcribers alone.

use crate::definitions::Rule;
use crate::macros::{call, PLAIN};
use crate::tokens::Tokens;
use crate::LINKAGE;
use ra_ap_rustc_lexer::TokenKind;
use std::collections::HashMap;

/// What one macro lends.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Lending {
    /// Code of the caller is put where unsafe operations are allowed, or becomes an unsafe implementation.
    pub caller_in_unsafe: bool,
    /// It emits `no_mangle` or another attribute or macro of linkage.
    pub linkage: bool,
    /// It emits an `extern` block or function.
    pub foreign: bool,
    /// Its arguments may be put right before tokens that make a lone `extern` a declaration.
    pub joins: bool,
    /// It calls a macro whose name is an argument.
    pub applies: bool,
    /// It defines a macro whose name is an argument.
    pub defines: bool,
    /// It makes an argument a new name by `use … as`.
    pub renames: bool,
}

impl Lending {
    pub fn add(&mut self, other: &Lending) {
        self.caller_in_unsafe |= other.caller_in_unsafe;
        self.linkage |= other.linkage;
        self.foreign |= other.foreign;
        self.joins |= other.joins;
        self.applies |= other.applies;
        self.defines |= other.defines;
        self.renames |= other.renames;
    }
}

/// The largest number of tokens that are read of the head of a function or implementation.
const MOST_TOKENS: usize = 2000;
/// The largest number of variables of a transcriber that are remembered; the callers' names of further ones may mean anything.
const MOST_VARIABLES: usize = 64;
/// The largest number of tokens that are read of an import.
const MOST_NAMES: usize = 200;

/// The transcriber of a rule, with the placeholders of its matcher.
pub struct Transcriber<'t, 'a> {
    tokens: &'t Tokens<'a>,
    open: usize,
    close: usize,
    /// Name and kind of fragment.
    placeholders: HashMap<&'a str, &'a str>,
    /// Placeholders that it makes variables by `let`, with the index.
    variables: Vec<(&'a str, usize)>,
}

impl<'t, 'a> Transcriber<'t, 'a> {
    pub fn of(tokens: &'t Tokens<'a>, rule: &Rule) -> Transcriber<'t, 'a> {
        let placeholders = rule.placeholders(tokens).map(|(_, name, kind)| (name, kind)).collect();
        let close = tokens.close(rule.transcriber).unwrap_or(rule.transcriber);
        let variables = (rule.transcriber..close).filter_map(|at| Some((variable(tokens, at)?, at))).take(MOST_VARIABLES).collect();
        Transcriber { tokens, open: rule.transcriber, close, placeholders, variables }
    }

    /// Returns what this rule lends to callers.
    pub fn lends(&self) -> Lending {
        let tokens = self.tokens;
        let mut lends = Lending::default();
        // Calls of macros that may reorder their arguments: whether a caller's is among these, and the end.
        let mut calls: Vec<(bool, usize)> = Vec::new();
        // The end of the unsafe block that was examined last.
        let mut seen = 0;
        for at in self.open + 1..self.close {
            while calls.last().is_some_and(|&(_, end)| end < at) {
                calls.pop();
            }
            if let Some(end) = tokens.close(at) {
                let is_plain = at > 1 && tokens.name(at - 2).is_some_and(|name| PLAIN.contains(&name));
                let is_rules = tokens.name(at.wrapping_sub(3)) == Some("macro_rules");
                if tokens.is(at - 1, TokenKind::Bang) && !is_plain && !is_rules {
                    calls.push((self.has_placeholder(at, end) || calls.last().is_some_and(|call| call.0), end));
                    lends.applies |= call(tokens, at - 2).is_none() && self.is_given(at - 2);
                }
            }
            // `$unsafe` is a placeholder of that name.
            let is_name = tokens.is(at - 1, TokenKind::Dollar) && self.placeholders.contains_key(tokens.all[at].text);
            match tokens.word(at).filter(|_| !is_name) {
                Some("unsafe") => {
                    lends.caller_in_unsafe |= calls.last().is_some_and(|call| call.0);
                    let is_seen = at < seen && tokens.is(at + 1, TokenKind::OpenBrace);
                    if !lends.caller_in_unsafe && !is_seen {
                        seen = seen.max(self.unsafe_at(at, &mut lends));
                    }
                }
                Some("extern") => lends.foreign |= self.is_foreign(at),
                Some("macro_rules") => lends.defines |= tokens.is_placeholder(at + 2),
                Some("macro") => lends.defines |= tokens.is_placeholder(at + 1),
                Some("as") => lends.renames |= tokens.is_placeholder(at + 1) && self.is_import(at),
                Some(word) => lends.linkage |= LINKAGE.contains(&word),
                None => lends.joins |= self.joins(at),
            }
        }
        lends
    }

    /// Do the tokens that end at an index come from the caller: `$x`, `$($x)*` or `$($x)::*`?
    fn is_given(&self, at: usize) -> bool {
        let tokens = self.tokens;
        (at > 0 && tokens.is_placeholder(at - 1))
            || matches!(tokens.kind(at), Some(TokenKind::Star | TokenKind::Plus | TokenKind::Question))
    }

    /// Does the keyword `as` at an index belong to `use`, and not to an expression?
    fn is_import(&self, at: usize) -> bool {
        let tokens = self.tokens;
        // The tree of names is followed back so far; a longer one counts as an import.
        for before in (at.saturating_sub(MOST_NAMES)..at).rev() {
            let is_path = matches!(
                tokens.kind(before),
                Some(TokenKind::Colon | TokenKind::Dollar | TokenKind::Comma | TokenKind::Star)
                    | Some(TokenKind::OpenBrace | TokenKind::CloseBrace | TokenKind::OpenParen | TokenKind::CloseParen)
            );
            match tokens.name(before) {
                Some("use") => return true,
                None if !is_path => return false,
                _ => {}
            }
        }
        at > MOST_NAMES
    }

    fn has_placeholder(&self, start: usize, end: usize) -> bool {
        self.tokens.has_given(start, end)
    }

    /// Examines what the keyword `unsafe` begins; returns its end.
    fn unsafe_at(&self, at: usize, lends: &mut Lending) -> usize {
        let tokens = self.tokens;
        let next = at + 1;
        match tokens.word(next) {
            Some("impl" | "trait" | "auto") => {
                let end = self.body(next);
                lends.caller_in_unsafe |= self.has_placeholder(next, end);
                end
            }
            Some("fn" | "extern") => {
                if self.is_type(next) {
                    return next;
                }
                let end = self.body(next);
                lends.caller_in_unsafe |= self.carries(next, end);
                end
            }
            _ => match tokens.close(next) {
                Some(end) if tokens.is(next, TokenKind::OpenBrace) => {
                    lends.caller_in_unsafe |= self.carries(next, end);
                    end
                }
                Some(_) if tokens.is(next, TokenKind::OpenParen) => {
                    lends.linkage = true;
                    next
                }
                // It is passed on to a macro that decides what follows.
                _ => {
                    lends.caller_in_unsafe = true;
                    next
                }
            },
        }
    }

    /// Returns the end of the first `{ … }` after an index, on the same level and before a `;`; else the end of all tokens.
    fn body(&self, start: usize) -> usize {
        let mut at = start;
        let last = self.close.min(start + MOST_TOKENS);
        while at < last && !self.tokens.is(at, TokenKind::Semi) {
            match self.tokens.close(at) {
                Some(end) if self.tokens.is(at, TokenKind::OpenBrace) => return end,
                Some(end) => at = end + 1,
                None => at += 1,
            }
        }
        if self.tokens.is(at, TokenKind::Semi) {
            at
        } else {
            self.close
        }
    }

    /// Does `fn` or `extern` at an index begin the type of a function, which has no name?
    fn is_type(&self, start: usize) -> bool {
        let tokens = self.tokens;
        let mut at = start;
        if tokens.word(at) == Some("extern") {
            at += 1;
            if tokens.is_string(at) {
                at += 1;
            } else if tokens.is_placeholder(at) {
                at += 2;
            }
        }
        tokens.word(at) == Some("fn") && tokens.is(at + 1, TokenKind::OpenParen)
    }

    fn is_foreign(&self, at: usize) -> bool {
        let tokens = self.tokens;
        let ends = matches!(
            tokens.kind(at + 1),
            Some(TokenKind::CloseParen | TokenKind::CloseBrace | TokenKind::CloseBracket)
        );
        !ends && tokens.word(at + 1) != Some("crate") && !self.is_type(at) && !tokens.is_empty_extern(at)
    }

    /// May tokens of the caller in a range do what needs `unsafe`?
    fn carries(&self, start: usize, end: usize) -> bool {
        self.has_placeholder(start, end)
            && (start..end).filter(|&at| self.tokens.is_placeholder(at)).any(|at| self.may_act(at, start))
    }

    fn may_act(&self, at: usize, start: usize) -> bool {
        let tokens = self.tokens;
        let name = tokens.name(at + 1).unwrap_or_default();
        let after = at + 2;
        let leads_path = tokens.is(after, TokenKind::Colon) && tokens.is(after + 1, TokenKind::Colon);
        let kind = self.placeholders.get(name).copied();
        match kind {
            Some("literal" | "lifetime" | "vis") => false,
            // The caller chooses the function `<$t>::new()`; a type alone does nothing.
            Some("ty") => {
                let ends_self = tokens.is(after, TokenKind::Gt) && tokens.is(after + 1, TokenKind::Colon);
                leads_path || (ends_self && tokens.is(at - 1, TokenKind::Lt))
            }
            Some("ident") if !leads_path => {
                let before = tokens.word(at.wrapping_sub(1));
                let is_declared = matches!(before, Some("fn" | "let" | "struct" | "enum" | "type" | "const" | "static" | "mod"));
                !is_declared && !self.is_variable(name, start)
            }
            // A placeholder in no matcher belongs to a macro that this one defines.
            _ => true,
        }
    }

    /// Has this macro made a variable of an identifier of the caller? Then it names nothing else: `let` with the name of a
    /// static is an error, and with that of a constant compares.
    fn is_variable(&self, name: &str, start: usize) -> bool {
        let made = |&(known, at): &(&str, usize)| known == name && at < start && self.is_around(self.group_of(at), start);
        self.variables.iter().any(made)
    }

    /// Returns the group of a token; repetitions `$( … )*` do not count as groups.
    fn group_of(&self, at: usize) -> usize {
        let mut open = self.tokens.all[at].around;
        while open > self.open && self.tokens.is(open - 1, TokenKind::Dollar) {
            open = self.tokens.all[open].around;
        }
        open
    }

    fn is_around(&self, group: usize, at: usize) -> bool {
        group < at && self.tokens.close(group).is_some_and(|end| at < end)
    }

    /// Do tokens of the caller that end here stand right before a string, a block, a function or further tokens of the caller?
    fn joins(&self, at: usize) -> bool {
        let tokens = self.tokens;
        let next = if tokens.is_placeholder(at) {
            let kind = self.placeholders.get(tokens.name(at + 1).unwrap_or_default()).copied();
            if !matches!(kind, Some("tt" | "ident") | None) {
                return false;
            }
            at + 2
        } else if tokens.is(at, TokenKind::Dollar) && tokens.close(at + 1).is_some() {
            // A repetition, its separator and its operator.
            let end = tokens.close(at + 1).unwrap_or(at);
            if matches!(tokens.kind(end + 1), Some(TokenKind::Star | TokenKind::Plus | TokenKind::Question)) {
                end + 2
            } else {
                end + 3
            }
        } else {
            return false;
        };
        next < self.close
            && (tokens.is_string(next)
                || tokens.is(next, TokenKind::OpenBrace)
                || tokens.is(next, TokenKind::Dollar)
                || tokens.word(next) == Some("fn"))
    }
}

/// Returns the placeholder that `let $x` or `let mut $x` makes a variable.
fn variable<'a>(tokens: &Tokens<'a>, at: usize) -> Option<&'a str> {
    if !tokens.is_placeholder(at) {
        return None;
    }
    let mut before = at.wrapping_sub(1);
    while matches!(tokens.word(before), Some("mut" | "ref")) {
        before = before.wrapping_sub(1);
    }
    (tokens.word(before) == Some("let")).then(|| tokens.name(at + 1)).flatten()
}
