fn main() {
    path_of_crate_door::open(); //~ path_door
    path_of_crate_door::other();
}
