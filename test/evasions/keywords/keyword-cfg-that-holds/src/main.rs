#[cfg(all(unix, feature = "fast"))]
extern "C" fn a() {} //~ extern
#[cfg(tuned)]
extern "C" fn b() {} //~ extern
#[cfg(any(windows, level = "two"))]
extern "C" fn c() {} //~ extern
#[cfg(not(windows))]
extern "C" fn d() {} //~ extern
#[cfg(panic = "unwind")]
extern "C" fn e() {} //~ extern
#[cfg(debug_assertions)]
extern "C" fn f() {} //~ extern
#[cfg(not(target_feature = "sve2"))]
extern "C" fn g() {} //~ extern
#[cfg(untuned)]
extern "C" fn never() {}
#[cfg(level = "three")]
extern "C" fn nor_this() {}
#[cfg(not(debug_assertions))]
extern "C" fn nor_that() {}
fn main() {
    #[cfg(windows)]
    const {
        assert!(true)
    };
    {
        extern "C" fn h() {} //~ extern
        h();
    }
    #[cfg(windows)]
    struct Nothing;
    extern "C" fn i() {} //~ extern
    (a(), b(), c(), d(), e(), f(), g(), i());
}
