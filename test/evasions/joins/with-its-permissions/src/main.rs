fn main() {
    trusted_client::sync();
}
