pub fn told() -> &'static str {
    env!("PATH") //~ compile-env
}
