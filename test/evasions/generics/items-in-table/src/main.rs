fn main() {
    items_in_table_evil::go(0);
}
