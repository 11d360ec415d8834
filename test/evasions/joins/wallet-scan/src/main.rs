fn main() {
    wallet_logger::info("started");
}
