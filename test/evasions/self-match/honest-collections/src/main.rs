use std::path::PathBuf;

fn main() {
    let mut set = honest_collections_lib::Sorted::default();
    set.add(PathBuf::from("b"));
    set.add(PathBuf::from("a"));
    println!("{:?} {}", set.first(), set.to_map().len());
}
