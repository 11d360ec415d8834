fn main() {
    println!("{}", versioned_socket::open());
}
