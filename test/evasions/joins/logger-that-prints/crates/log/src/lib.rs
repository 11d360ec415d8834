use std::io::Write;
pub fn log(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
