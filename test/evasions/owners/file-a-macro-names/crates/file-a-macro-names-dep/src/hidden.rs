pub fn open() {
    let _ = std::net::TcpListener::bind("127.0.0.1:0"); //~ net@file-a-macro-names-dep net@file-a-macro-names
}
