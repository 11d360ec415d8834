pub fn key() -> Option<String> {
    std::env::var("CACKLE_EVASION_KEY").ok() //~ env
}
