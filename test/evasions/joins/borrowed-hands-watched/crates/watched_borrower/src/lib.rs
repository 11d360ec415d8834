pub fn go() -> usize {
    watched_reader::size("/nonexistent/secret") //~ reader
}
