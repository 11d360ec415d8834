use std::net::TcpStream;

pub fn go<T: Send + 'static>(stream: T) {
    let _ = std::thread::spawn(move || {
        let _ = TcpStream::connect("127.0.0.1:9"); //~ net
        drop(stream);
    })
    .join();
}
