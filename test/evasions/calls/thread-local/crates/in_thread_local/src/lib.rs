thread_local! {
    static HOME: bool = std::env::var_os("HOME").is_some(); //~ env
}

pub fn get() -> bool {
    HOME.with(|home| *home)
}
