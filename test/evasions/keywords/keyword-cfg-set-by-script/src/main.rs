#[cfg(set_by_script)]
extern "C" fn there() {} //~ extern
#[cfg(not(set_by_script))]
extern "C" fn not_there() {}
#[cfg(value = "x=y")]
extern "C" fn by_value() {} //~ extern
fn main() {
    there();
    by_value();
}
