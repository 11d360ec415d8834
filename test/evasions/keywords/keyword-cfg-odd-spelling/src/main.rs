#[cfg(r#unix)]
extern "C" fn raw_word() {} //~ extern
#[cfg(feature = "\x61")]
extern "C" fn escaped() {} //~ extern
#[cfg(feature = r#"a"#)]
extern "C" fn raw_text() {} //~ extern
#[cfg(target_os = "lin\
    ux")]
extern "C" fn continued() {} //~ extern
#[cfg(true)]
extern "C" fn literal() {} //~ extern
#[cfg(not(any()))]
extern "C" fn not_none() {} //~ extern
#[ /* a */ cfg /* b */ ( all ( unix , ) , ) ]
extern "C" fn commented() {} //~ extern
#[cfg_attr(unix, cfg(unix))]
extern "C" fn by_another() {} //~ extern
#[cfg(not(feature = "b"))]
#[cfg(not(windows))]
extern "C" fn twice() {} //~ extern
#[cfg(debug_assertions)]
extern "C" fn by_profile() {} //~ extern
#[cfg(panic = "unwind")]
extern "C" fn by_panic() {} //~ extern
fn main() {
    for f in [raw_word, escaped, raw_text, continued, literal, not_none, commented, by_another, twice, by_profile, by_panic] {
        f();
    }
}
