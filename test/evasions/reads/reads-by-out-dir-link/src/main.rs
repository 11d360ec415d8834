fn main() {
    println!("{}", reads_by_out_dir_link_dep::told());
}
