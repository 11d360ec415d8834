#[link(name = "m")]
extern "C" {
    fn cbrt(number: f64) -> f64;
}

pub fn root(number: f64) -> f64 {
    unsafe { cbrt(number) }
}
