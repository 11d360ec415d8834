pub fn told() -> bool {
    option_env!("HONEST_HASH").is_some() && option_env!("HONEST_TAG").is_some()
}
