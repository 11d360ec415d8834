fn main() {
    file_of_the_root_one::common::read();
    file_of_the_root_two::common::read();
}
