fn main() {
    println!("{}", honest_own_readme_dep::told());
}
