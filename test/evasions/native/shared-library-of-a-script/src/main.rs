fn main() {
    println!("{}", shared_library_of_a_script_c::go());
}
