fn main() {
    hook_of_shared_object_evil::run();
}
