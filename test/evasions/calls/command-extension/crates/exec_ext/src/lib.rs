use std::os::unix::process::CommandExt;

pub fn run() -> bool {
    std::process::Command::new("/nonexistent/x") //~ process
        .exec() //~ process
        .raw_os_error()
        .is_some()
} //~ process
