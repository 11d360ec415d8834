fn main() {
    object_named_as_library_dep::call();
}
