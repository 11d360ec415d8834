fn main() {
    println!("{}", deep_modules_lib::a::b::c::d::e::go());
}
