fn main() {
    assert_eq!(app::people().columns, ["name", "born"]);
}
