fn main() {
    let sum = on_plus::Number(1) + on_plus::Number(2);
    println!("{}", sum.0);
}
