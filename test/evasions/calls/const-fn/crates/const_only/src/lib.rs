const fn width(text: &str) -> usize {
    text.len()
}

pub const WIDTH: usize = width("std::net::TcpStream");
