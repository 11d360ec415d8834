//! Untrusted crates make the inputs of a join: damage is an error or harmless, never a panic or a hang, and the result is
//! consistent (rule 9.12).

mod whole;

use artifact::mutate::{damaged, processor_time, samples, samples_for, TARGETS};
use std::path::Path;
use std::time::Duration;

const SEEDS: u64 = 800;
const SLOWEST: Duration = Duration::from_secs(3);

#[test]
fn damaged_objects_and_rlibs() {
    for target in TARGETS {
        damaged_samples(target);
    }
}

fn damaged_samples(target: &str) {
    let samples = samples_for(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("facts"), target);
    let mut refused = 0;
    for seed in 0..2 * SEEDS {
        let bytes = damaged(&samples[(seed % 2) as usize], seed / 2);
        let started = processor_time();
        match facts::columns(&bytes, true) {
            Ok(columns) => whole::check(&columns),
            Err(_) => refused += 1,
        }
        let took = processor_time() - started;
        assert!(took < SLOWEST, "{target}: seed {seed} took {took:?}");
    }
    // With other counts the damage would not reach the join.
    assert!((SEEDS / 4..2 * SEEDS - SEEDS / 4).contains(&refused), "{target}: {refused} of {} refused", 2 * SEEDS);
    for sample in &samples {
        whole::check(&facts::columns(sample, true).unwrap());
        whole::check(&facts::columns(sample, false).unwrap());
    }
}

#[test]
fn a_file_unpacks_to_what_was_packed() {
    for sample in samples(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("facts-packed")) {
        let file = facts::extract(&sample, true).unwrap();
        let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
        let header = 20 + 4 * facts::COLUMN_NAMES.len();
        let payload = facts::unpack(&file[header..], word(16) as usize).unwrap();
        assert_eq!(payload.len(), word(16) as usize);
        assert!(payload.starts_with(&0u32.to_le_bytes()), "string offsets begin at 0");
        assert!(file.len() < payload.len() / 2, "{} of {}", file.len(), payload.len());
        assert!(facts::unpack(&file[header..file.len() - 1], word(16) as usize).is_err());
    }
}

#[test]
fn a_file_cannot_claim_more_than_it_holds() {
    let [object, _] = samples(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("facts-claims"));
    let file = facts::extract(&object, true).unwrap();
    let payload = &file[20 + 4 * facts::COLUMN_NAMES.len()..];
    let size = u32::from_le_bytes(file[16..20].try_into().unwrap()) as usize;
    assert!(facts::unpack(payload, size).is_ok());
    for claimed in [0, size - 1, size + 1, 2 * size, u32::MAX as usize, usize::MAX] {
        assert!(facts::unpack(payload, claimed).is_err(), "{claimed} of {size}");
    }
    // The most that a block can say: one byte, repeated.
    let most: Vec<u8> = [vec![0x1f, b'a', 1, 0], vec![255; 1000], vec![0, 0x50], b"aaaaa".to_vec()].concat();
    assert_eq!(facts::unpack(&most, 1 + 19 + 255_000 + 5).map(|bytes| bytes.len()).ok(), Some(255_025));
}
