fn main() {
    println!("{}", dyn_dead::make().run("absent"));
}
