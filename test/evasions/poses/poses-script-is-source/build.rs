#[allow(dead_code)]
pub fn help() {
    let _ = std::fs::read("x"); //~ fs@poses-script-is-source
}

#[allow(dead_code)]
fn main() {
    help();
}
