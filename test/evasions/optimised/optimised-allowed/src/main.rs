fn main() {
    let n = std::process::id() as usize;
    let s = n.to_string();
    let a = if n > 3 { optimised_allowed_a::go(&s) } else { optimised_allowed_b::go(&s) };
    println!("{a} {}", optimised_allowed_c::go(&s));
}
