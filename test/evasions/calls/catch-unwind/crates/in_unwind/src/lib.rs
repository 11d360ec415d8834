pub fn go() -> bool {
    std::panic::catch_unwind(|| std::env::var("TOKEN").is_ok()).unwrap_or(false) //~ env
}
