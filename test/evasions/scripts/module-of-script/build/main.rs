mod detail;

fn main() {
    detail::go();
}
