fn main() {
    let all: Vec<bool> = ["a", "b"].iter().map(std::fs::remove_file).map(|r| r.is_ok()).collect(); //~ fs
    println!("{all:?}");
}
