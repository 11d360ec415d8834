pub fn told() -> bool {
    option_env!("CARGO_REGISTRY_TOKEN").is_some() //~ compile-env
}
