fn main() {
    other_type_of_the_api_evil::go(std::net::Shutdown::Both);
}
