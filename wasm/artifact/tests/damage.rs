//! An archive with false headers is an error that names the member (rule 9.12).

use artifact::mutate::{damaged, samples, samples_for, TARGETS};
use std::path::Path;

fn rlib(test: &str) -> Vec<u8> {
    let [_, rlib] = samples(&Path::new(env!("CARGO_TARGET_TMPDIR")).join(test));
    rlib
}

#[test]
fn damaged_archives() {
    for target in TARGETS {
        let [_, rlib] = samples_for(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("damaged"), target);
        assert!(artifact::open(&rlib).unwrap().members.len() > 2, "{target}");
        for seed in 0..1000 {
            if let Ok(input) = artifact::open(&damaged(&rlib, seed)) {
                assert!(input.members.iter().map(|m| m.data.len()).sum::<usize>() <= rlib.len());
            }
        }
    }
}

#[test]
fn members_whose_headers_lie() {
    let rlib = rlib("lies");
    let whole = artifact::open(&rlib).unwrap();
    let last = whole.members.last().unwrap();
    // A header is 60 bytes: the size in decimal at 48, then a mark of two bytes.
    let end = last.data.as_ptr() as usize - rlib.as_ptr() as usize;
    let with = |at: usize, bytes: &[u8]| {
        let mut broken = rlib.clone();
        broken[at..at + bytes.len()].copy_from_slice(bytes);
        artifact::open(&broken).err().unwrap()
    };
    let error = with(end - 12, b"9999999999");
    assert_eq!(error.member, last.name);
    assert!(error.reason.contains("size is too large"), "{error}");
    let error = with(end - 12, b"no number!");
    assert!(error.reason.contains("behind member"), "{error}");
    let error = with(end - 2, b"??");
    assert!(error.reason.contains("behind member"), "{error}");
}

#[test]
fn members_that_share_one_long_name() {
    let member = |name: &str, content: &[u8]| {
        let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, content.len());
        [header.as_bytes(), content, &vec![b'\n'; content.len() % 2]].concat()
    };
    let archive = |length: usize| {
        let names = [vec![b'x'; length], b"/\n".to_vec()].concat();
        [b"!<arch>\n".to_vec(), member("//", &names), member("/0", b"\x7fELFxx").repeat(50_000)].concat()
    };
    assert_eq!(artifact::open(&archive(100)).map(|input| input.members.len()).ok(), Some(50_000));
    let error = artifact::open(&archive(1 << 20)).err().unwrap();
    assert!(error.reason.contains("a member name of 1048576 bytes"), "{error}");
}
