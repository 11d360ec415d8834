fn main() {
    println!("{}", fn_pointer::run(std::hint::black_box(0)));
}
