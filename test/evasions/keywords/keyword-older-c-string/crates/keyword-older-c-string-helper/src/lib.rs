#[macro_export]
macro_rules! middle {
    (cr # $a:tt $($rest:tt)*) => { $crate::middle!(@ [] $($rest)*) };
    (@ [$($kept:tt)*] $b:tt #) => { $($kept)* };
    (@ [$($kept:tt)*] $next:tt $($rest:tt)*) => { $crate::middle!(@ [$($kept)* $next] $($rest)*) };
}
