//! The crate that contains the code of a v0 symbol. In `<A as B>::method` the text names a type and a trait; the symbol begins
//! with the path of the `impl`, which is in the crate of the code.

/// More steps than any path needs; backward references could make a cycle.
const MAX_STEPS: usize = 256;

/// Returns the crate of a v0 symbol, as `name[disambiguator]`; `None` for other symbols, for a trait's method that is not in an
/// `impl` (`<A as B>::default_method` is in the crate of B), and for text that is no path.
pub fn of_symbol(symbol: &str) -> Option<String> {
    let text = ["_R", "__R", "R"].iter().find_map(|prefix| symbol.strip_prefix(prefix))?.as_bytes();
    let mut at = 0;
    for _ in 0..MAX_STEPS {
        let tag = *text.get(at)?;
        at += 1;
        match tag {
            b'C' => return root(text, at),
            b'N' => at += 1,
            b'I' => {}
            b'M' | b'X' => at = base62(text, at, b's').map_or(at, |(_, end)| end),
            b'B' => at = usize::try_from(number(text, at)?.0).ok()?,
            _ => return None,
        }
    }
    None
}

fn root(text: &[u8], at: usize) -> Option<String> {
    let (disambiguator, at) = base62(text, at, b's').map_or((0, at), |(number, end)| (number.wrapping_add(1), end));
    let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let length: usize = std::str::from_utf8(&text[at..at + digits]).ok()?.parse().ok()?;
    let start = at + digits + usize::from(text.get(at + digits) == Some(&b'_'));
    let name = std::str::from_utf8(text.get(start..start.checked_add(length)?)?).ok()?;
    Some(if disambiguator == 0 { name.to_string() } else { format!("{name}[{disambiguator:x}]") })
}

/// Reads a number after a tag; returns it with the index after it.
fn base62(text: &[u8], at: usize, tag: u8) -> Option<(u64, usize)> {
    (text.get(at) == Some(&tag)).then(|| number(text, at + 1))?
}

/// `_` is 0, `0_` is 1.
fn number(text: &[u8], mut at: usize) -> Option<(u64, usize)> {
    let mut value = 0u64;
    let mut first = true;
    loop {
        let byte = *text.get(at)?;
        at += 1;
        let digit = match byte {
            b'_' if first => return Some((0, at)),
            b'_' => return Some((value.checked_add(1)?, at)),
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'z' => byte - b'a' + 10,
            b'A'..=b'Z' => byte - b'A' + 36,
            _ => return None,
        };
        first = false;
        value = value.checked_mul(62)?.checked_add(digit.into())?;
    }
}

#[cfg(test)]
mod tests {
    use super::of_symbol;

    #[test]
    fn the_crate_of_the_code() {
        let std = of_symbol("_RNvMNtCs4fqI2P2rA04_3std2fsNtB2_4File4open");
        assert!(std.as_deref().is_some_and(|name| name.starts_with("std[")), "{std:?}");
        // <a::B as c::D>::e, implemented in f.
        assert_eq!(of_symbol("_RNvXCs_1fNtCs0_1a1BNtCs1_1c1D1e").as_deref(), Some("f[1]"));
        assert_eq!(of_symbol("_RNvXs_Cs_1fNtCs0_1a1BNtCs1_1c1D1e").as_deref(), Some("f[1]"));
        assert_eq!(of_symbol("_RINvNtC4core3ptr13drop_in_placeNtCs_1a1BE").as_deref(), Some("core"));
        // The trait's own method.
        assert_eq!(of_symbol("_RNvYNtCs_1a1BNtCs0_1c1D1e"), None);
        assert_eq!(of_symbol("main"), None);
        assert_eq!(of_symbol("_ZN3std2fs4File4open17h0123456789abcdefE"), None);
    }

    #[test]
    fn hostile_symbols_end() {
        for symbol in ["_R", "_RB", "_RB_", "_RNvB_", "_RC", "_RC9", "_RC99999999999999999999a", "_RCsZZZZZZZZZZZZZZZZ_1a", "_RMs", "_RNC3ab", "_RC4c\u{f6}"] {
            of_symbol(symbol);
        }
        of_symbol(&"_RI".repeat(10_000));
    }
}
