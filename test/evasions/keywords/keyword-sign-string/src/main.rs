fn main() {
    let x = 1u8;
    let p = &x as *const u8;
    let y = keyword_sign_string_helper::behind!(#"a" unsafe { *p }); //~ unsafe
    println!("{y} {}", "b");
}
