fn main() {
    println!("{}", forbids_unsafe::width());
}
