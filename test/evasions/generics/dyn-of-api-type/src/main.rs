use dyn_of_api_type_evil::Visit;

fn main() {
    let visitor: Box<dyn Visit<std::net::TcpStream>> = Box::new(dyn_of_api_type_evil::Visitor);
    visitor.visit(None);
}
