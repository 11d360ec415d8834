//! rustc's stderr: a diagnostic of one of our lints is taken out, and told; nothing else is lost.
#![no_main]

#[allow(dead_code)]
#[path = "../../../../engine/shim/src/json.rs"]
mod json;
#[allow(dead_code)]
#[path = "../../../../engine/shim/src/diagnostics.rs"]
mod diagnostics;

use diagnostics::Filter;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut filter = Filter::new(vec![b"unsafe_code".to_vec()]);
    for line in data.split_inclusive(|&byte| byte == b'\n') {
        let passed = filter.pass(line).map(|passed| passed.into_owned());
        let report = format!("[{}]", filter.report());
        assert!(serde_json::from_str::<serde_json::Value>(&report).is_ok() || report.contains("\\udc"), "{report}");
        // A line that is one whole JSON value from its first byte on: serde_json says whether it is ours.
        if !line.starts_with(b"{\"$message_type\":") || find_again(line) {
            continue;
        }
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(line) else { continue };
        // Equal keys: rustc writes none.
        let code = &value["code"]["code"];
        if line.windows(6).filter(|w| w == b"\"code\"").count() == 2 && value["code"].is_object() {
            let is_ours = code == "unsafe_code";
            if is_ours {
                assert_eq!(passed, None, "{}", String::from_utf8_lossy(line));
            }
        }
        if code.is_string() && code != "unsafe_code" && line.windows(6).filter(|w| w == b"\"code\"").count() == 2 {
            assert_eq!(passed.as_deref(), Some(line));
        }
    }
});

/// Is the start of a diagnostic repeated within the line?
fn find_again(line: &[u8]) -> bool {
    line[1..].windows(17).any(|window| window == b"{\"$message_type\":")
}
