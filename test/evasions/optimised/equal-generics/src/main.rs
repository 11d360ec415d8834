use std::path::PathBuf;
fn main() {
    let mut done = Vec::new();
    for n in 0..3 {
        let path = PathBuf::from(n.to_string()); //~ fs[windows-gnu]
        done.push(if n == 1 { equal_generics_good::go(path) } else { equal_generics_evil::go(path) }); //~ fs
    }
    println!("{done:?}");
}
