//! Every number that an object says of itself, set to what it must not be: an error that says why, or facts that are whole and lose
//! no reference (rule 9.12). Time and memory stay in proportion.

#[path = "../../object-wasm/tests/kept/mod.rs"]
mod kept;
mod whole;

use artifact::fields::{fields, Field};
use artifact::mutate::{big, object_of, processor_time, TARGETS};
use facts::Columns;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

const SLOWEST: Duration = Duration::from_secs(2);
/// Bytes that reading a small object may take, and for each of its bytes.
const MEMORY: (usize, usize) = (1 << 20, 100);

/// The system's allocator, which counts what each thread has.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    let held = HELD.get() + bytes;
    HELD.set(held);
    MOST.set(MOST.get().max(held));
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Unwinding with and without a clean-up, data that refers to code, a start-up function, an inlined call.
const SOURCE: &str = r#"
#![no_std]
extern "C-unwind" { fn other(); }
extern "C" { static LIMIT: u32; }
struct Guard;
impl Drop for Guard { fn drop(&mut self) { unsafe { other() } } }
#[inline(always)] fn limit() -> u32 { unsafe { LIMIT } }
#[no_mangle] #[inline(never)] pub extern "C-unwind" fn one() -> u32 { let _guard = Guard; unsafe { other() }; limit() }
#[no_mangle] pub extern "C-unwind" fn two() -> u32 { one() }
#[used] #[no_mangle] pub static KEPT: [extern "C-unwind" fn() -> u32; 2] = [one, two];
"#;

/// Reads an object within the limits; what comes out is whole.
fn read(object: &[u8], what: &dyn Fn() -> String) -> Result<Columns, String> {
    let (started, before) = (processor_time(), HELD.get());
    MOST.set(before);
    let columns = facts::columns(object, true);
    let (took, most) = (processor_time() - started, MOST.get() - before);
    assert!(took < SLOWEST, "{}: {took:?}", what());
    assert!(most < (MEMORY.0 + MEMORY.1 * object.len()) as isize, "{}: {most} bytes of {}", what(), object.len());
    let columns = match columns {
        Ok(columns) => columns,
        Err(error) => {
            assert!(!error.reason.is_empty() && error.member.is_empty(), "{}: {error:?}", what());
            return Err(error.reason);
        }
    };
    let tables = object_wasm::extract(object).unwrap();
    let checked = std::panic::catch_unwind(|| {
        whole::check(&columns);
        kept::rows(&tables);
        kept::references(object, &tables);
    });
    assert!(checked.is_ok(), "{}", what());
    Ok(columns)
}

/// What a number of that width must not be, or may be by chance.
fn values(Field { width, .. }: Field, now: u64, length: u64) -> Vec<u64> {
    let most = u64::MAX >> (64 - 8 * width);
    let mut values: Vec<u64> = [0, 1, most, most - 1, most >> 1, (most >> 1) + 1, now + 1, now.wrapping_sub(1), now << 1, length - 1, length, length + 1]
        .map(|value| value & most)
        .into();
    values.sort_unstable();
    values.dedup();
    values.retain(|&value| value != now);
    values
}

fn number(object: &[u8], Field { offset, width }: Field) -> u64 {
    let mut wide = [0; 8];
    wide[..width].copy_from_slice(&object[offset..offset + width]);
    u64::from_le_bytes(wide)
}

fn with(object: &[u8], Field { offset, width }: Field, value: u64) -> Vec<u8> {
    let mut bytes = object.to_vec();
    bytes[offset..offset + width].copy_from_slice(&value.to_le_bytes()[..width]);
    bytes
}

/// Objects of each target, and those of Windows with room for many sections.
fn samples(test: &str) -> Vec<(String, Vec<u8>)> {
    let mut samples = Vec::new();
    for target in TARGETS {
        let object = object_of(&Path::new(env!("CARGO_TARGET_TMPDIR")).join(test).join(target), target, SOURCE);
        if target.contains("windows") {
            samples.push((format!("{target}, big"), big(&object)));
        }
        samples.push((target.to_string(), object));
    }
    samples
}

#[test]
fn each_number_of_an_object() {
    for (name, object) in samples("fields") {
        let (fields, _) = fields(&object);
        assert!(read(&object, &|| name.clone()).is_ok(), "{name}");
        let (mut all, mut refused) = (0, 0);
        for &field in &fields {
            let now = number(&object, field);
            for value in values(field, now, object.len() as u64) {
                let bytes = with(&object, field, value);
                all += 1;
                refused += usize::from(read(&bytes, &|| format!("{name}: {value:#x} in place of {now:#x} at {field:?}")).is_err());
            }
        }
        println!("{name}: {} bytes, {} fields, {refused} of {all} refused", object.len(), fields.len());
        assert!(fields.len() > 250, "{name}: {} fields", fields.len());
        assert!((all / 8..all - all / 8).contains(&refused), "{name}: {refused} of {all} refused");
    }
}

#[test]
fn an_object_that_is_cut() {
    for (name, object) in samples("fields-cut") {
        let expected = read(&object, &|| name.clone()).unwrap();
        let (fields, _) = fields(&object);
        let mut lengths: Vec<usize> = fields.iter().flat_map(|field| [field.offset, field.offset + field.width]).collect();
        lengths.dedup();
        for length in lengths.into_iter().filter(|&length| length < object.len()) {
            // What nobody refers to may be missing.
            if let Ok(columns) = read(&object[..length], &|| format!("{name}, cut at {length}")) {
                assert_eq!(columns, expected, "{name}, cut at {length}");
            }
        }
    }
}

#[test]
fn sections_that_overlap() {
    for (name, object) in samples("fields-overlap") {
        let (_, contents) = fields(&object);
        let mut refused = 0;
        for (index, section) in contents.iter().enumerate() {
            for other in &contents[..index] {
                let place = with(&object, section.offset, number(&object, other.offset));
                let bytes = with(&place, section.size, number(&object, other.size));
                refused += usize::from(read(&bytes, &|| format!("{name}: section {index}")).is_err());
                // One that holds all others.
                let bytes = with(&with(&object, section.offset, 0), section.size, object.len() as u64);
                assert!(read(&bytes, &|| format!("{name}: section {index} is the file")).is_err() || number(&object, section.size) == 0);
            }
        }
        assert!(refused > 0, "{name}");
    }
}
