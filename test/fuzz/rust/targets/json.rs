//! The shim's JSON: what it takes, serde_json takes with the same content; what it writes, it reads again.
#![no_main]

#[allow(dead_code)]
#[path = "../../../../engine/shim/src/json.rs"]
mod json;

use json::{parse, write_string, Value};
use libfuzzer_sys::fuzz_target;

fn same(ours: &Value, theirs: &serde_json::Value) -> bool {
    use serde_json::Value as Theirs;
    match (ours, theirs) {
        (Value::Null, Theirs::Null) => true,
        (Value::Bool(one), Theirs::Bool(other)) => one == other,
        (Value::Number(one), Theirs::Number(other)) => {
            other.as_str().parse::<f64>().is_ok_and(|other| other == *one)
        }
        (Value::String(one), Theirs::String(other)) => one == other.as_bytes(),
        (Value::Array(one), Theirs::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        // Of equal keys serde_json keeps the last, the shim finds the first: the engine writes none.
        (Value::Object(one), Theirs::Object(other)) => {
            one.len() != other.len()
                || one.iter().all(|(key, value)| {
                    std::str::from_utf8(key).ok().and_then(|key| other.get(key)).is_some_and(|other| same(value, other))
                })
        }
        _ => false,
    }
}

fuzz_target!(|data: &[u8]| {
    let mut text = String::new();
    write_string(&mut text, data);
    assert_eq!(parse(text.as_bytes()), Ok(Value::String(data.to_vec())));
    let ours = parse(data);
    let theirs = serde_json::from_slice::<serde_json::Value>(data);
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => assert!(same(ours, theirs), "{ours:?} and {theirs:?}"),
        // Lone surrogates carry bytes; numbers and bytes that are no UTF-8 are not the shim's to refuse.
        (Err(()), Ok(_)) => {
            let nesting = data.iter().filter(|byte| matches!(byte, b'{' | b'[')).count();
            assert!(nesting > 16, "serde_json takes it: {}", String::from_utf8_lossy(data));
        }
        _ => {}
    }
});
