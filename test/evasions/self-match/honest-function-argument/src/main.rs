fn main() {
    honest_function_argument_lib::apply(std::fs::remove_file::<&'static str>);
    let boxed = honest_function_argument_lib::boxed(std::fs::remove_dir::<&'static str>);
    let _ = boxed("/nonexistent/x");
}
