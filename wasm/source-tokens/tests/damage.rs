//! Any bytes may be a source: the scan neither panics nor hangs (rule 9.12).

use artifact::mutate::{damaged, processor_time};
use std::time::Duration;

#[test]
fn damaged_sources() {
    let source = concat!(include_str!("../src/lib.rs"), "/* /* nested */ */ r##\"raw\"## b'x' 'l 1e9 \u{f6}\n").as_bytes();
    for seed in 0..3000 {
        let bytes = damaged(source, seed);
        let hits = source_tokens::scan(&bytes, "unix");
        assert!(hits.is_none() || std::str::from_utf8(&bytes).is_ok());
        source_tokens::names(&bytes);
    }
}

#[test]
fn long_openings_take_linear_time() {
    for text in ["/*", "r#", "\"", "'", "##", "#\"", "cr#", "cr#\"", "c\"", "'r#a", "k#a", "#", "a!(", "$(", "$x ", "unsafe{$a", "unsafe impl ", "macro_rules! a{()=>{", "a as $b,", "#[a] ", "#", "b'", "unsafe ", "---\n", "{", "#[cfg(x)]fn a", "#[cfg(x)]", "#[a]fn a", "mod a{", "mod a;", "extern{}", "#[doc]extern{}", "#[cfg(x)]a::", "#[cfg_attr(a,", "#![a]", "#![cfg(x)]", "#[cfg(x)]impl A<{1}>,", "#[cfg(all("] {
        let started = processor_time();
        // The word makes the scan look closer.
        source_tokens::scan(format!("unsafe {}", text.repeat(300_000)).as_bytes(), "unix");
        let took = processor_time() - started;
        assert!(took < Duration::from_secs(5), "{text:?} took {took:?}");
    }
}
