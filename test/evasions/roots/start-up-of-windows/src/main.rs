#[no_mangle]
pub extern "C" fn _get_startup_file_mode() -> i32 {
    std::net::TcpStream::connect("127.0.0.1:1").is_ok().into() //~ net[windows]
} //~ net[windows]

// The start files have another name for it: nobody calls this one.
#[no_mangle]
pub extern "C" fn get_startup_file_mode() -> i32 {
    std::fs::read("x").is_ok().into()
}

fn main() {}
