fn main() {
    honest_macro_places_evil::run();
}
