//! The paths in the text of a symbol or a debug name, with the role of each.

/// The role of a name in its symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Role {
    /// The path of the symbol's definition: a function, a type's own method, a trait's method.
    Own,
    /// `A` of `<A as B>::method`.
    SelfType,
    /// In the arguments of `B` there.
    TraitArgument,
    /// In any other argument, or inside another type.
    Argument,
}

#[derive(Clone, Copy, PartialEq)]
enum Opened {
    /// `<` after a path: its arguments.
    Arguments,
    /// `<` at the start of a path: `<A>`, which the path after it continues.
    Qualified,
    /// The same after `as`.
    Trait,
    Bracket,
}

/// The path that is being read, and the open ones around it, one after another in one buffer.
#[derive(Default)]
pub struct Walk {
    text: String,
    /// Start of the path that is being read; it ends with the buffer.
    start: usize,
    /// The open brackets, each with the start of the path before it.
    open: Vec<(Opened, usize)>,
    /// Number of these, from the outermost on, that only lead to the path after them: no arguments, no brackets.
    leading: usize,
}

impl Walk {
    fn path(&self) -> &str {
        &self.text[self.start..]
    }

    fn finish_path(&mut self, found: &mut impl FnMut(&str, Role)) {
        let mut path = self.path();
        while let Some(shorter) = path.strip_suffix("::") {
            path = shorter;
        }
        if path.as_bytes().windows(2).any(|two| two == b"::") {
            found(path, self.role());
        }
        self.text.truncate(self.start);
    }

    /// Returns the role of the path that is being read.
    fn role(&self) -> Role {
        let innermost = |open: &[(Opened, usize)]| open.last().map(|&(opened, _)| opened);
        let led = innermost(&self.open[..self.leading.min(self.open.len())]);
        match (self.open.len() > self.leading, led) {
            (false, Some(Opened::Qualified)) => Role::SelfType,
            (false, _) => Role::Own,
            (true, Some(Opened::Trait)) => Role::TraitArgument,
            (true, _) => Role::Argument,
        }
    }

    /// Reads `[5f3a]` after the name of a crate; returns its length, or 0 for anything else.
    fn disambiguator(&mut self, rest: &str) -> usize {
        let length = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        let path = self.path();
        if length == 0 || rest.as_bytes().get(length) != Some(&b']') || path.is_empty() || path.contains(':') {
            return 0;
        }
        self.text.push('[');
        self.text.push_str(&rest[..=length]);
        length + 1
    }

    /// Opens a bracket of the path, or of a new path if that one is finished.
    fn open(&mut self, opened: Opened) {
        if opened == Opened::Qualified && self.leading == self.open.len() {
            self.leading += 1;
        }
        self.open.push((opened, self.start));
        self.start = self.text.len();
    }

    /// `leads`: `::` follows, so that the word is the start of a path and no keyword.
    fn word(&mut self, word: &str, leads: bool, found: &mut impl FnMut(&str, Role)) {
        if self.path().ends_with("::") {
            self.text.push_str(word);
            return;
        }
        self.finish_path(found);
        let is_number = word.as_bytes()[0].is_ascii_digit();
        let is_keyword = !leads
            && matches!(word, "as" | "mut" | "dyn" | "for" | "const" | "fn" | "unsafe" | "extern" | "impl");
        if !is_number && !is_keyword {
            self.text.push_str(word);
        }
        if let ("as", true, Some((opened @ Opened::Qualified, _))) = (word, is_keyword, self.open.last_mut()) {
            *opened = Opened::Trait;
        }
    }

    fn close_angle(&mut self, found: &mut impl FnMut(&str, Role)) {
        match self.open.last() {
            Some(&(Opened::Arguments, before)) => {
                self.finish_path(found);
                self.open.pop();
                self.start = before;
            }
            // The path after it continues the one inside.
            Some((Opened::Qualified | Opened::Trait, _)) => _ = self.open.pop(),
            _ => {}
        }
        self.leading = self.leading.min(self.open.len());
    }

    /// Closes open brackets up to the innermost of a kind; paths with unclosed arguments are names too.
    fn close_until(&mut self, wanted: Opened, found: &mut impl FnMut(&str, Role)) {
        self.finish_path(found);
        while let Some((kind, before)) = self.open.pop() {
            self.start = before;
            self.leading = self.leading.min(self.open.len());
            if kind == wanted {
                break;
            }
            self.finish_path(found);
        }
    }

    fn end(&mut self, found: &mut impl FnMut(&str, Role)) {
        while !self.open.is_empty() {
            self.close_until(Opened::Bracket, found);
        }
        self.finish_path(found);
    }
}

/// Is a byte part of a word? Every byte that is not ASCII is.
fn is_word(byte: u8) -> bool {
    byte == b'_' || byte == b'$' || byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// Returns the number of bytes of a character constant after its first quote, with the last quote; 0 when the
/// quote begins a lifetime.
fn character_length(rest: &str) -> usize {
    let mut chars = rest.char_indices();
    match chars.next() {
        Some((_, '\\')) => {
            chars.next();
            chars.find(|&(_, c)| c == '\'').map_or(0, |(at, _)| at + 1)
        }
        Some(_) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => 0,
        },
        None => 0,
    }
}

/// Calls `found` with each path of a text and its role.
pub fn paths_in(text: &str, walk: &mut Walk, found: &mut impl FnMut(&str, Role)) {
    let bytes = text.as_bytes();
    if !text.is_empty() && bytes.iter().all(|&byte| is_word(byte)) {
        found(text, Role::Own);
        return;
    }
    walk.text.clear();
    walk.start = 0;
    walk.leading = 0;
    let mut previous = b' ';
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' => {
                let mut depth = 1;
                while depth > 0 && at < bytes.len() {
                    match bytes[at] {
                        b'{' => depth += 1,
                        b'}' => depth -= 1,
                        _ => {}
                    }
                    at += 1;
                }
                previous = b'}';
                continue;
            }
            b'"' => {
                walk.finish_path(found);
                let mut escaped = false;
                while let Some(&inner) = bytes.get(at) {
                    at += 1;
                    if inner == b'"' && !escaped {
                        break;
                    }
                    escaped = inner == b'\\' && !escaped;
                }
            }
            b'\'' => {
                let constant = character_length(&text[at..]);
                at += constant;
                // Else a lifetime.
                while constant == 0 && bytes.get(at).is_some_and(|&next| is_word(next)) {
                    at += 1;
                }
            }
            b':' if bytes.get(at) == Some(&b':') => {
                at += 1;
                if !walk.path().is_empty() && !walk.path().ends_with("::") {
                    walk.text.push_str("::");
                }
            }
            b'<' => {
                if is_word(previous) || previous == b'}' || previous == b':' {
                    walk.open(Opened::Arguments);
                } else {
                    walk.finish_path(found);
                    walk.open(Opened::Qualified);
                }
            }
            b'>' if previous != b'-' && previous != b'=' => walk.close_angle(found),
            b'[' if is_word(previous) && walk.disambiguator(&text[at..]) > 0 => {
                at += text[at..].find(']').map_or(0, |length| length + 1);
            }
            b'(' | b'[' => {
                walk.finish_path(found);
                walk.open(Opened::Bracket);
            }
            b')' | b']' => walk.close_until(Opened::Bracket, found),
            _ if is_word(byte) => {
                let start = at - 1;
                while bytes.get(at).is_some_and(|&next| is_word(next)) {
                    at += 1;
                }
                walk.word(&text[start..at], text[at..].starts_with("::"), found);
            }
            _ => walk.finish_path(found),
        }
        previous = byte;
    }
    walk.end(found);
}

#[cfg(test)]
mod tests {
    use super::Role;
    use crate::names::{plain_name, split_names};

    fn roles(text: &str) -> Vec<(String, Role)> {
        let split = split_names([text].into_iter()).unwrap();
        let names = split.name_ids.iter().map(|&id| plain_name(split.names.get(id)).into_owned());
        names.zip(split.roles).collect()
    }

    fn of(name: &str, role: Role) -> (String, Role) {
        (name.to_string(), role)
    }

    #[test]
    fn each_name_has_its_part() {
        use Role::{Argument, Own, SelfType, TraitArgument};
        assert_eq!(roles("std::fs::remove_file::<std::path::PathBuf>"), [
            of("std::path::PathBuf", Argument),
            of("std::fs::remove_file", Own)
        ]);
        assert_eq!(roles("<std::path::PathBuf as core::convert::AsRef<std::path::Path>>::as_ref"), [
            of("std::path::PathBuf", SelfType),
            of("std::path::Path", TraitArgument),
            of("core::convert::AsRef::as_ref", Own)
        ]);
        assert_eq!(roles("<a::B<c::D> as e::F<g::H<i::J>>>::k::<l::M>"), [
            of("c::D", Argument),
            of("a::B", SelfType),
            of("i::J", TraitArgument),
            of("g::H", TraitArgument),
            of("l::M", Argument),
            of("e::F::k", Own)
        ]);
        assert_eq!(roles("<&mut a::B as c::D>::e"), [of("a::B", SelfType), of("c::D::e", Own)]);
        assert_eq!(roles("<a::B<c::D>>::e"), [of("c::D", Argument), of("a::B::e", Own)]);
        assert_eq!(roles("<[a::B] as c::D>::e"), [of("a::B", Argument), of("c::D::e", Own)]);
        assert_eq!(roles("a::b::<<c::D as e::F<g::H>>::i>"), [
            of("c::D", Argument),
            of("g::H", Argument),
            of("e::F::i", Argument),
            of("a::b", Own)
        ]);
        assert_eq!(roles("a::b::<a::b>"), [of("a::b", Argument), of("a::b", Own)]);
    }
}
