fn main() {
    println!("{}", drop_static::WIDTH.0);
}
