fn main() {
    if let Some(key) = key_and_net_apart_reads::key() {
        key_and_net_apart_sends::send(&key);
    }
}
