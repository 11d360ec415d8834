fn main() {
    let x = 1u8;
    let p = &x as *const u8;
    let y = keyword_older_lifetime_helper::behind!('r#unsafe { *p }); //~ unsafe
    println!("{}", y);
}
