#[macro_export]
macro_rules! behind {
    ($sign:tt $text:tt $($rest:tt)*) => { $($rest)* };
}
