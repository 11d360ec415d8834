fn main() {
    if let Ok(stream) = std::net::TcpStream::connect("127.0.0.1:9") {
        honest_stream_lib::copy(&stream, &stream);
    }
    if let Ok(file) = std::fs::File::open("/nonexistent/x") {
        honest_stream_lib::copy(&file, std::io::sink());
    }
}
