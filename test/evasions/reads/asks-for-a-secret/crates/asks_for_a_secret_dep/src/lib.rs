pub fn told() -> bool {
    option_env!("AWS_SECRET_ACCESS_KEY").is_some() //~ compile-env
}
