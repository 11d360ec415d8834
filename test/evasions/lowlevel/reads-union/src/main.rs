union Both {
    number: usize,
    function: fn() -> bool,
}
fn main() {
    let both = Both { number: 0 };
    if std::hint::black_box(false) {
        println!("{}", (unsafe { both.function })()); //~ unsafe
    }
    println!("{}", size_of::<Both>());
}
