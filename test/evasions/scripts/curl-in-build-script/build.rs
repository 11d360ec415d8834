use std::process::Command;

fn main() {
    let _ = std::fs::write("fetched", ""); //~ fs
    let _ = Command::new("curl").arg("http://127.0.0.1:9/x").status(); //~ process
}
