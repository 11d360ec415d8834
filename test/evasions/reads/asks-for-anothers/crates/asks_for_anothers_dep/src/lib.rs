pub fn told() -> bool {
    option_env!("READS_SET").is_some() //~ compile-env
}
