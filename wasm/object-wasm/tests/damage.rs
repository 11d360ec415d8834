//! The parsers read files of untrusted crates: damage is an error or harmless, never a panic, a hang or
//! unbounded memory (rule 9.12).

use artifact::mutate::{damaged, processor_time, samples_for, TARGETS};
use std::path::Path;
use std::time::Duration;

const SEEDS: u64 = 800;
const SLOWEST: Duration = Duration::from_secs(2);

#[test]
fn damaged_objects_and_rlibs() {
    for target in TARGETS {
        damaged_samples(target);
    }
}

fn damaged_samples(target: &str) {
    let samples = samples_for(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("object-wasm"), target);
    let mut refused = 0;
    for seed in 0..2 * SEEDS {
        let bytes = damaged(&samples[(seed % 2) as usize], seed / 2);
        let started = processor_time();
        refused += u64::from(object_wasm::extract(&bytes).is_err());
        if let Ok(tables) = object_wasm::extract(&bytes) {
            let strings = &tables.strings;
            let texts: Vec<&str> =
                (0..strings.len() as u32).map(|id| strings.get(id)).collect();
            for text in &texts {
                object_wasm::demangle(text);
            }
            // An error is fine, a panic is not.
            let _ = object_wasm::split_names(texts.into_iter());
        }
        let took = processor_time() - started;
        assert!(took < SLOWEST, "{target}: seed {seed} took {took:?}");
    }
    // With a smaller count the damage would not reach the parser.
    assert!(refused > SEEDS / 4, "{target}: {refused} of {} refused", 2 * SEEDS);
    for sample in &samples {
        assert!(object_wasm::extract(sample).is_ok(), "{target}");
    }
}
