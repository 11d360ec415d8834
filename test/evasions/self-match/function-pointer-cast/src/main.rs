fn main() {
    function_pointer_cast_evil::apply(std::fs::remove_file::<&'static str>);
}
