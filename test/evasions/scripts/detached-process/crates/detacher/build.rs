use std::os::unix::process::CommandExt;

fn main() {
    let mut command = std::process::Command::new("setsid"); //~ process
    command.args(["sh", "-c", "sleep 1; touch ran"]).process_group(0); //~ process
    drop(command.spawn()); //~ process
} //~ process
