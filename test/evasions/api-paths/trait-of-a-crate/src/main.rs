use trait_of_a_crate_http::Fetch;
struct Mine;
impl Fetch for Mine {
    fn fetch(&self) -> usize {
        1
    }
}
fn by_parameter<F: Fetch>(f: F) -> usize {
    f.fetch() + f.twice() //~ http
}
fn main() {
    let object: Box<dyn Fetch> = Box::new(Mine); //~ http
    println!("{} {}", by_parameter(Mine), object.fetch());
} //~ http
