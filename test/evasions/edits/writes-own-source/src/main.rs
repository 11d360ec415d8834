mod made;

fn main() {
    made::made();
    writes_own_source_near::near()
}
