fn main() {
    std::env::var("CACKLE_EVASION_TOKEN").unwrap();
}
