fn main() {
    //~^ compile-files
    println!("{}", reads_for_its_caller_dep::told!());
}
