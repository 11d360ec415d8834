//! Removes diagnostics of lints that only the engine enabled from rustc's JSON stderr.
//!
//! The texts inside a diagnostic come from the crate, which is not trusted: a lint is identified by
//! the top-level `code.code` alone, found by a scanner that follows the nesting. Nesting has no limit
//! there (macro backtraces), so the scanner keeps its own stack.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::json::{unescape, write_string, Lexer, Token};

/// Every JSON line of rustc (1.75 and later) begins so. Inside a JSON string quotes are escaped, so
/// the last of these in a line is the start of rustc's own output.
const START: &[u8] = b"{\"$message_type\":";
const OLDER_START: &[u8] = b"{\"message\":";

#[derive(Default, Debug, PartialEq)]
struct Span {
    primary: bool,
    file: Vec<u8>,
    line: u64,
    column: u64,
}

#[derive(Default, Debug, PartialEq)]
struct Diagnostic {
    code: Vec<u8>,
    message: Vec<u8>,
    level: Vec<u8>,
    spans: Vec<Span>,
}

pub struct Filter {
    lints: Vec<Vec<u8>>,
    taken: u64,
    hits: String,
}

impl Filter {
    pub fn new(lints: Vec<Vec<u8>>) -> Self {
        Filter { lints, taken: 0, hits: String::new() }
    }

    /// Returns the part of the line to pass on, if any.
    pub fn pass<'a>(&mut self, line: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        let Some(start) = json_start(line) else { return Some(Cow::Borrowed(line)) };
        let json = &line[start..];
        if !self.is_candidate(json) {
            return Some(Cow::Borrowed(line));
        }
        let Some(diagnostic) = scan(json) else { return Some(Cow::Borrowed(line)) };
        if self.lints.contains(&diagnostic.code) {
            self.take(&diagnostic);
            // A proc macro printed text without a line break before the diagnostic.
            return match start {
                0 => None,
                _ => Some(Cow::Owned([&line[..start], b"\n"].concat())),
            };
        }
        if diagnostic.code.is_empty() && diagnostic.spans.is_empty() && self.taken > 0 {
            return self.correct_summary(line, &diagnostic);
        }
        Some(Cow::Borrowed(line))
    }

    /// A quick test, so that few lines need the scanner.
    fn is_candidate(&self, json: &[u8]) -> bool {
        self.lints.iter().any(|lint| find(json, lint).is_some())
            || (self.taken > 0 && find(json, b" emitted").is_some())
    }

    fn take(&mut self, diagnostic: &Diagnostic) {
        self.taken += 1;
        let unknown = Span::default();
        let mut spans = diagnostic.spans.iter().filter(|span| span.primary).peekable();
        if spans.peek().is_none() {
            self.hit(&diagnostic.code, &unknown);
        }
        for span in spans {
            self.hit(&diagnostic.code, span);
        }
    }

    fn hit(&mut self, lint: &[u8], span: &Span) {
        if !self.hits.is_empty() {
            self.hits.push(',');
        }
        self.hits.push_str("{\"lint\":");
        write_string(&mut self.hits, lint);
        self.hits.push_str(",\"file\":");
        write_string(&mut self.hits, &span.file);
        let _ = write!(self.hits, ",\"line\":{},\"column\":{}}}", span.line, span.column);
    }

    /// Corrects `N warnings emitted`, which counts the removed warnings too, or drops the line.
    fn correct_summary<'a>(&self, line: &'a [u8], diagnostic: &Diagnostic) -> Option<Cow<'a, [u8]>> {
        let unchanged = Some(Cow::Borrowed(line));
        let Ok(message) = std::str::from_utf8(&diagnostic.message) else { return unchanged };
        let (before, summary) = match message.rsplit_once("; ") {
            Some((before, summary)) => (Some(before), summary),
            None => (None, message),
        };
        let number = summary.strip_suffix(" warnings emitted").or(summary.strip_suffix(" warning emitted"));
        let Some(number) = number.and_then(|text| text.parse::<u64>().ok()) else { return unchanged };
        let left = number.saturating_sub(self.taken);
        let replacement = match (left, before) {
            (0, None) => return None,
            (0, Some(before)) => before.to_string(),
            (_, before) => {
                let warnings = if left == 1 { "warning" } else { "warnings" };
                let before = before.map(|text| format!("{text}; ")).unwrap_or_default();
                format!("{before}{left} {warnings} emitted")
            }
        };
        // Both the message and the rendered text carry the sentence; it needs no escapes.
        match std::str::from_utf8(line) {
            Ok(text) => Some(Cow::Owned(text.replace(message, &replacement).into_bytes())),
            Err(_) => unchanged,
        }
    }

    /// Returns the hits as the items of a JSON array.
    pub fn report(&self) -> &str {
        &self.hits
    }
}

/// Is a line one of rustc's errors, or one that only looks so? The engine reads it.
pub fn is_error(line: &[u8]) -> bool {
    json_start(line).is_some_and(|start| find(&line[start..], b"\"level\":\"error\"").is_some())
}

fn json_start(line: &[u8]) -> Option<usize> {
    if let Some(at) = rfind(line, START) {
        return Some(at);
    }
    rfind(line, OLDER_START).filter(|_| line.ends_with(b"}\n"))
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    let (&first, rest) = word.split_first()?;
    let mut from = 0;
    while let Some(offset) = text[from..].iter().position(|byte| *byte == first) {
        let at = from + offset;
        if text[at + 1..].starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

fn rfind(text: &[u8], word: &[u8]) -> Option<usize> {
    (0..=text.len().checked_sub(word.len())?).rev().find(|at| text[*at..].starts_with(word))
}

/// The role of a container in its diagnostic.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Top,
    Code,
    Spans,
    Span,
    Other,
}

/// Reads the parts of a diagnostic that matter; `None` if the text is not one JSON object.
fn scan(json: &[u8]) -> Option<Diagnostic> {
    let mut found = Diagnostic::default();
    let mut lexer = Lexer::new(json);
    if lexer.next().ok()?? != Token::ObjectStart {
        return None;
    }
    let mut stack = vec![(Place::Top, true)];
    let mut key: &[u8] = b"";
    let mut expects_key = true;
    while let Some(&(place, is_object)) = stack.last() {
        let token = lexer.next().ok()??;
        match token {
            Token::ObjectEnd | Token::ArrayEnd => {
                if is_object != (token == Token::ObjectEnd) {
                    return None;
                }
                stack.pop();
                expects_key = false;
            }
            Token::Comma => expects_key = is_object,
            Token::Colon => {}
            Token::String(raw) if expects_key => {
                key = raw;
                expects_key = false;
            }
            Token::ObjectStart | Token::ArrayStart => {
                let opens_object = token == Token::ObjectStart;
                let inner = match (place, key, opens_object) {
                    (Place::Top, b"code", true) => Place::Code,
                    (Place::Top, b"spans", false) => Place::Spans,
                    (Place::Spans, _, true) => {
                        found.spans.push(Span::default());
                        Place::Span
                    }
                    _ => Place::Other,
                };
                stack.push((inner, opens_object));
                expects_key = opens_object;
            }
            value => record(&mut found, place, key, value)?,
        }
    }
    lexer.next().ok()?.is_none().then_some(found)
}

fn record(found: &mut Diagnostic, place: Place, key: &[u8], value: Token) -> Option<()> {
    let text = |value: Token| match value {
        Token::String(raw) => unescape(raw).ok(),
        _ => Some(Vec::new()),
    };
    let number = |value: Token| match value {
        Token::Number(raw) => std::str::from_utf8(raw).ok()?.parse().ok(),
        _ => None,
    };
    match (place, key) {
        (Place::Top, b"message") => found.message = text(value)?,
        (Place::Top, b"level") => found.level = text(value)?,
        (Place::Code, b"code") => found.code = text(value)?,
        (Place::Span, key) => {
            let span = found.spans.last_mut()?;
            match key {
                b"is_primary" => span.primary = value == Token::True,
                b"file_name" => span.file = text(value)?,
                b"line_start" => span.line = number(value)?,
                b"column_start" => span.column = number(value)?,
                _ => {}
            }
        }
        _ => {}
    }
    Some(())
}

#[cfg(test)]
#[path = "diagnostics_tests.rs"]
mod tests;
