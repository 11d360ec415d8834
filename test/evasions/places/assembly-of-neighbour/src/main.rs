fn main() {
    assembly_of_neighbour_open::read();
    assembly_of_neighbour_evil::run();
}
