fn main() {
    println!("{}", async_unmade::width());
}
