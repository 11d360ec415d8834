fn main() {
    let later = stored_closure::later();
    println!("{}", (later.run)());
}
