fn main() {
    println!("{}", behind_dyn::make().run("absent"));
}
