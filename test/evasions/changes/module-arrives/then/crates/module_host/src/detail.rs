pub fn go() -> bool {
    std::env::var_os("TOKEN").is_some() //~ env
}
