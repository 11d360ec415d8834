fn main() {
    println!("{}", libc_socket::open());
}
