pub fn told() -> usize {
    let terms = include_str!("../../../shared/notes/terms.txt");
    terms.len() + include_str!("../../../LICENSE").len()
}
