#[macro_export]
macro_rules! told {
    () => {
        include_bytes!("/etc/passwd").len()
    };
}
