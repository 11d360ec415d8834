fn main() {
    logger_that_ships_log::log("hello");
    logger_that_ships_log::flush();
}
