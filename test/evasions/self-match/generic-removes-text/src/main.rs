fn main() {
    generic_removes_text_evil::go("/nonexistent/x");
}
