fn main() {
    let n = std::env::args().count(); //~ env
    let s = n.to_string();
    let a = if n > 3 { equal_calls_in_branches_good::go(&s) } else { equal_calls_in_branches_evil::go(&s) };
    println!("{a}");
    if n > 5 {
        equal_calls_in_branches_good::quit()
    } else if n > 2 {
        equal_calls_in_branches_evil::quit()
    }
}
