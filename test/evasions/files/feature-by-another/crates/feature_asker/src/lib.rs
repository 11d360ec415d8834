pub fn width() -> usize {
    usize::from(feature_host::go())
}
