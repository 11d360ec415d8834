macro_rules! raw {
    ($e:expr) => {
        $e
    };
}
fn main() {
    println!("{}", raw!(macro_not_exported_helper::f()));
}
