#[macro_export]
macro_rules! behind {
    ($lifetime:lifetime # $($rest:tt)*) => { $($rest)* };
}
