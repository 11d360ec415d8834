#[macro_export]
macro_rules! call {
    ($function:path, $argument:expr) => {
        $function($argument)
    };
}
