#[macro_export]
macro_rules! first {
    ($e:expr) => {{
        let v: Vec<u32> = $e;
        $crate::first(&v)
    }};
}
pub fn first(v: &[u32]) -> u32 {
    v.first().copied().unwrap_or(0)
}
