fn main() {
    linker_of_the_user_macro::nothing!();
}
