use core::option_env as look;

pub fn told() -> bool {
    look!("AWS_SECRET_ACCESS_KEY").is_some() //~ compile-env
}
