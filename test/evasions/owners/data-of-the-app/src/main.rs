fn look(p: *const u8) -> u8 {
    unsafe { *p }
}
fn main() {
    println!("{}", data_of_the_app_dep::APP);
    let _ = std::net::TcpListener::bind("127.0.0.1:0");
    look(&1);
}
