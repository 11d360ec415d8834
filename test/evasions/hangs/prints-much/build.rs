use std::io::Write;
fn main() {
    let line = [b"#".repeat(1023), vec![10]].concat();
    let mut out = std::io::stdout().lock();
    for _ in 0..66 << 10 {
        out.write_all(&line).unwrap();
    }
}
