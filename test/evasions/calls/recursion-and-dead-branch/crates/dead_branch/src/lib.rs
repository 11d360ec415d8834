pub fn go(depth: u32) -> u32 {
    if depth > 1_000_000 {
        let _ = std::process::Command::new("true").spawn(); //~ process
    }
    if depth == 0 { 0 } else { go(depth - 1) + 1 }
}
