//! Symbols: names of many at once are those of each alone, and made of words that the readable form has.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::fmt::Write;

/// What a symbol stands for, as far as it is short: a hundred letters can stand for a million.
struct Short(String);

impl Write for Short {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.push_str(text);
        if self.0.len() > 4096 { Err(std::fmt::Error) } else { Ok(()) }
    }
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut texts = Vec::new();
    for line in text.split('\n') {
        let mut short = Short(String::new());
        // One in a while is read all the same.
        if write!(short, "{:#}", rustc_demangle::demangle(line)).is_ok() || data.len() % 64 == 63 {
            texts.push(line);
        }
    }
    let Ok(all) = object_wasm::split_names(texts.iter().copied()) else { return };
    assert_eq!(all.start.len(), texts.len() + 1);
    for (row, text) in texts.iter().enumerate() {
        let of = |split: &object_wasm::SplitNames, row: usize| -> Vec<String> {
            let ids = &split.name_ids[split.start[row] as usize..split.start[row + 1] as usize];
            ids.iter().map(|&id| split.names.get(id).to_string()).collect()
        };
        let together = of(&all, row);
        let readable = object_wasm::demangle(text);
        if readable.len() > 4096 {
            continue;
        }
        if let Ok(alone) = object_wasm::split_names(std::iter::once(*text)) {
            assert_eq!(of(&alone, 0), together);
        }
        for name in &together {
            assert!(!name.is_empty() && !name.ends_with("::"));
            // Which crate is meant, is not in the readable form.
            for word in object_wasm::plain_name(name).split("::") {
                assert!(readable.contains(word), "{word:?} of {name:?} is not in {readable:?}");
            }
        }
        // What demangles without an error reads as rustc-demangle has it.
        if let Ok(symbol) = rustc_demangle::try_demangle(text) {
            assert_eq!(format!("{symbol:#}"), readable);
        }
    }
});
