pub fn told() -> bool {
    option_env!("CACKLE_SOCKET").is_some() //~ compile-env
}
