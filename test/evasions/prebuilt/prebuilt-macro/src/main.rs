extern crate evil;

evil::act!();

fn main() {}
