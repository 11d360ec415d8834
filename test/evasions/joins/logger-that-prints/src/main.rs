fn main() {
    logger_that_prints_log::log("hello");
}
