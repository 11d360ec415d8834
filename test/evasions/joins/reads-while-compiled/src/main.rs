fn main() {
    reads_while_compiled_a::send();
}
