//! The significant tokens of a source, with their places and the groups that brackets make.

use ra_ap_rustc_lexer::{strip_shebang, tokenize, FrontmatterAllowed, LiteralKind, TokenKind};

/// One token that is neither white space nor a comment.
pub struct Token<'a> {
    pub kind: TokenKind,
    /// Its text; that of a raw identifier is without `r#`.
    pub text: &'a str,
    /// Line and column (in characters), from 1.
    pub line: u32,
    pub column: u32,
    /// For a bracket, the index of the other of its pair.
    pub other: usize,
    /// The index of the bracket that opens the group in which it stands.
    pub around: usize,
}

/// How to split text that editions split differently. The edition of a source is not known here, and a macro may be of another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edition {
    /// `cr#"x"#` is a word, a `#`, a string and a `#`; `'r#x` a lifetime, a `#` and a word.
    Before2021,
    From2021,
}

/// All tokens of a source.
pub struct Tokens<'a> {
    pub all: Vec<Token<'a>>,
    /// rustc would refuse this: a character, literal or bracket is not valid Rust.
    pub broken: bool,
    /// Indices of `extern` that begin no declaration and are no placeholder's name: see `macros::bare_externs`.
    pub bare_externs: Vec<usize>,
    /// Indices of `extern` that begin an empty block: see `empty::empty_externs`.
    pub empty_externs: Vec<usize>,
    /// Number of placeholders, or repetitions of them, that begin before each index.
    given: Vec<u32>,
}

/// Not the index of a token.
pub const NONE: usize = usize::MAX;

impl<'a> Tokens<'a> {
    /// Splits a source into tokens, once for each way in which some edition does; mostly all editions agree.
    pub fn readings(text: &'a str) -> Vec<Tokens<'a>> {
        let (newer, depends) = Tokens::of(text, Edition::From2021);
        if !depends {
            return vec![newer];
        }
        vec![newer, Tokens::of(text, Edition::Before2021).0]
    }

    /// A token without a matching bracket has [`NONE`] for it. Also returns whether another edition splits the text differently.
    fn of(text: &'a str, edition: Edition) -> (Tokens<'a>, bool) {
        let mut depends = false;
        let mut all: Vec<Token> = Vec::with_capacity(text.len() / 5);
        let mut open: Vec<usize> = Vec::new();
        let mut broken = false;
        // No frontmatter: rustc refuses it in a crate, and in an included file it is only minus signs.
        // rustc removes a byte order mark first.
        let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        at += strip_shebang(&text[at..]).unwrap_or(0);
        let (mut line, mut column) = (1u32, 1u32);
        let mut lexer = tokenize(&text[at..], FrontmatterAllowed::No);
        while at < text.len() {
            // Not by the lexer, which would search the end of a raw string for each of them again.
            let older = if edition == Edition::Before2021 { c_string_prefix(&text[at..]) } else { None };
            let Some(token) = older.or_else(|| lexer.next().map(|token| first_part(token.kind, token.len, edition))) else { break };
            depends |= token.depends;
            let content = &text[at..at + token.length as usize];
            at += content.len();
            if token.is_cut {
                lexer = tokenize(&text[at..], FrontmatterAllowed::No);
            }
            let space =
                matches!(token.kind, TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. });
            broken |= is_broken(token.kind);
            if !space {
                let index = all.len();
                let mut other = NONE;
                let mut around = open.last().copied().unwrap_or(NONE);
                match token.kind {
                    TokenKind::OpenParen | TokenKind::OpenBrace | TokenKind::OpenBracket => open.push(index),
                    TokenKind::CloseParen | TokenKind::CloseBrace | TokenKind::CloseBracket => {
                        if let Some(&start) = open.last().filter(|&&start| closes(all[start].kind, token.kind)) {
                            open.pop();
                            around = all[start].around;
                            other = start;
                            all[start].other = index;
                        } else {
                            broken = true;
                        }
                    }
                    _ => {}
                }
                let text = if token.kind == TokenKind::RawIdent { &content[2..] } else { content };
                all.push(Token { kind: token.kind, text, line, column, other, around });
            }
            // Most tokens of several lines are white space or comments.
            let newlines = memchr::memchr_iter(b'\n', content.as_bytes()).count() as u32;
            if newlines > 0 {
                line += newlines;
                column = 1 + content[content.rfind('\n').unwrap_or(0) + 1..].chars().count() as u32;
            } else {
                column += content.chars().count() as u32;
            }
        }
        broken |= !open.is_empty();
        let mut tokens = Tokens { all, broken, bare_externs: Vec::new(), empty_externs: Vec::new(), given: Vec::new() };
        tokens.count_given();
        (tokens, depends)
    }

    fn count_given(&mut self) {
        let mut given = Vec::with_capacity(self.all.len() + 1);
        let mut count = 0;
        for index in 0..self.all.len() {
            given.push(count);
            count += u32::from(self.is(index, TokenKind::Dollar) && (self.is_placeholder(index) || self.close(index + 1).is_some()));
        }
        given.push(count);
        self.given = given;
    }

    /// Is this the `$` of a placeholder?
    pub fn is_placeholder(&self, index: usize) -> bool {
        self.is(index, TokenKind::Dollar) && self.name(index + 1).is_some_and(|name| name != "crate")
    }

    /// Does a range contain a lone `extern`?
    pub fn has_bare_extern(&self, start: usize, end: usize) -> bool {
        let first = self.bare_externs.partition_point(|&at| at < start);
        self.bare_externs.get(first).is_some_and(|&at| at < end)
    }

    /// Does `extern` at an index begin an empty block?
    pub fn is_empty_extern(&self, at: usize) -> bool {
        self.empty_externs.binary_search(&at).is_ok()
    }

    /// Does a placeholder begin in a range?
    pub fn has_given(&self, start: usize, end: usize) -> bool {
        let last = self.given.len() - 1;
        self.given[end.min(last)] > self.given[start.min(last)]
    }

    /// Returns the word at an index: an identifier or keyword as written.
    ///
    /// Before edition 2021 the word in `extern"C"` is a keyword, not a prefix of the string.
    pub fn word(&self, index: usize) -> Option<&'a str> {
        let token = self.all.get(index)?;
        matches!(token.kind, TokenKind::Ident | TokenKind::UnknownPrefix).then_some(token.text)
    }

    /// As [`Tokens::word`], for names: `r#raw` is the name `raw`.
    pub fn name(&self, index: usize) -> Option<&'a str> {
        let token = self.all.get(index)?;
        let named = matches!(token.kind, TokenKind::Ident | TokenKind::RawIdent | TokenKind::UnknownPrefix);
        named.then_some(token.text)
    }

    pub fn kind(&self, index: usize) -> Option<TokenKind> {
        self.all.get(index).map(|token| token.kind)
    }

    pub fn is(&self, index: usize, kind: TokenKind) -> bool {
        self.kind(index) == Some(kind)
    }

    /// Is this a string literal, as an ABI is?
    pub fn is_string(&self, index: usize) -> bool {
        let literal = match self.kind(index) {
            Some(TokenKind::Literal { kind, .. }) => kind,
            _ => return false,
        };
        !matches!(literal, LiteralKind::Int { .. } | LiteralKind::Float { .. })
    }

    /// Returns the end of the group that opens at an index; `None` when no group opens there.
    pub fn close(&self, index: usize) -> Option<usize> {
        let token = self.all.get(index)?;
        let opens = matches!(token.kind, TokenKind::OpenParen | TokenKind::OpenBrace | TokenKind::OpenBracket);
        (opens && token.other != NONE).then_some(token.other)
    }
}

/// A token, or the first part of one that rustc splits again (rustc_parse, `Lexer::next_token`).
struct Part {
    kind: TokenKind,
    length: u32,
    /// The rest has to be lexed again.
    is_cut: bool,
    /// Another edition splits it differently.
    depends: bool,
}

fn first_part(kind: TokenKind, length: u32, edition: Edition) -> Part {
    let older = edition == Edition::Before2021;
    let whole = Part { kind, length, is_cut: false, depends: false };
    let cut = |kind, length| Part { kind, length, is_cut: true, depends: false };
    match kind {
        // Edition 2024 has no such string; it only refuses tokens that look like one.
        TokenKind::GuardedStrPrefix => cut(TokenKind::Pound, 1),
        // `k#word` is the keyword, or three tokens.
        TokenKind::ForcedKeywordIdent => cut(TokenKind::Ident, 1),
        TokenKind::RawLifetime if older => cut(TokenKind::Lifetime { starts_with_number: false }, 2),
        TokenKind::RawLifetime | TokenKind::Literal { kind: LiteralKind::CStr { .. } | LiteralKind::RawCStr { .. }, .. } => {
            Part { depends: true, ..whole }
        }
        _ => whole,
    }
}

/// Returns the word before the string when later editions read a C string.
fn c_string_prefix(rest: &str) -> Option<Part> {
    let length = if rest.starts_with("c\"") {
        1
    } else if rest.starts_with("cr\"") || rest.starts_with("cr#") {
        2
    } else {
        return None;
    };
    Some(Part { kind: TokenKind::UnknownPrefix, length, is_cut: true, depends: true })
}

fn closes(open: TokenKind, close: TokenKind) -> bool {
    matches!(
        (open, close),
        (TokenKind::OpenParen, TokenKind::CloseParen)
            | (TokenKind::OpenBrace, TokenKind::CloseBrace)
            | (TokenKind::OpenBracket, TokenKind::CloseBracket)
    )
}

/// Is the token an error for rustc, in every edition and context?
fn is_broken(kind: TokenKind) -> bool {
    match kind {
        TokenKind::Unknown | TokenKind::InvalidIdent | TokenKind::BlockComment { terminated: false, .. } => true,
        TokenKind::Literal { kind, .. } => match kind {
            LiteralKind::Char { terminated }
            | LiteralKind::Byte { terminated }
            | LiteralKind::Str { terminated }
            | LiteralKind::ByteStr { terminated }
            | LiteralKind::CStr { terminated } => !terminated,
            LiteralKind::RawStr { n_hashes } | LiteralKind::RawByteStr { n_hashes } | LiteralKind::RawCStr { n_hashes } => {
                n_hashes.is_none()
            }
            LiteralKind::Int { .. } | LiteralKind::Float { .. } => false,
        },
        _ => false,
    }
}
