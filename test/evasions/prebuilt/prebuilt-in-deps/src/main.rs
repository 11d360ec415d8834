extern crate evil;

fn main() {
    evil::act();
}
