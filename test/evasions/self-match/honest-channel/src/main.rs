fn main() {
    let (sender, thread) = honest_channel_lib::worker(|path: std::path::PathBuf| println!("{}", path.display()));
    sender.send(std::path::PathBuf::from("a")).unwrap();
    drop(sender);
    thread.join().unwrap();
}
