fn main() {
    function_argument_and_own_evil::apply(std::fs::remove_file::<&'static str>);
}
