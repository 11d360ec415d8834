fn main() {
    let (zlib, _) = app::c_libraries();
    println!("{:?} zlib {zlib}", app::people().columns);
}
