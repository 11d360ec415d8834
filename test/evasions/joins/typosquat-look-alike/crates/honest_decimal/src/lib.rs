pub fn parse(text: &str) -> f64 {
    text.parse().unwrap_or_default()
}
