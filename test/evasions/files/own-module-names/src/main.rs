mod fs {
    pub fn read(name: &str) -> usize {
        name.len()
    }
}

mod std_like {
    pub mod net {
        pub struct TcpStream;
    }
}

fn main() {
    let _stream = std_like::net::TcpStream;
    println!("{}", fs::read("x"));
}
