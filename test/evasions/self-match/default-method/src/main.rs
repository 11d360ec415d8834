struct Tag;
impl default_method_evil::Touch<std::net::TcpStream> for Tag {}

fn main() {
    default_method_evil::Touch::touch(&Tag);
}
