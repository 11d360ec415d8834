fn main() {
    println!("{}", fn_table::run(std::hint::black_box(0)));
}
