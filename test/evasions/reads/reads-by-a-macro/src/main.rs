fn main() {
    //~^ compile-files
    println!("{}", reads_writer::told!());
}
