fn quiet(text: &str) -> bool {
    text.is_empty()
}

fn loud(text: &str) -> bool {
    std::net::TcpStream::connect(text).is_ok() //~ net
} //~ net

pub fn run(which: usize) -> bool {
    let all: [fn(&str) -> bool; 2] = [quiet, loud];
    all[which % 2]("127.0.0.1:9")
}
