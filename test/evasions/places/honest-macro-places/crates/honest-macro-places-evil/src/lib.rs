pub fn run() {
    honest_macro_places_macros::read!();
}
