include!("part.inc");
fn main() {
    println!("{}", part(&3));
}
