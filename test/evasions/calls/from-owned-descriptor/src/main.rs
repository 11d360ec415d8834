use std::os::fd::AsFd;
fn main() {
    let descriptor = std::io::stdin().as_fd().try_clone_to_owned().unwrap();
    let file = std::fs::File::from(descriptor); //~ fs
    println!("{:?}", file.metadata().is_ok()); //~ fs
} //~ fs
