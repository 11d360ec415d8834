include!(concat!(env!("OUT_DIR"), "/code.rs"));
fn main() {
    println!("{}", generated(&3));
}
