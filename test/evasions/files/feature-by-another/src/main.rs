fn main() {
    println!("{} {}", feature_host::go(), feature_asker::width());
}
