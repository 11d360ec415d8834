fn main() {
    let x = 1u8;
    let p = &x as *const u8;
    let y = keyword_older_c_string_helper::middle!(cr#"a" unsafe { *p } "b"#); //~ unsafe
    println!("{}", y);
}
