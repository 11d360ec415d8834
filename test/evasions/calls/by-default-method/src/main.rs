struct Here;

impl by_default::Report for Here {}

fn main() {
    use by_default::Report;
    println!("{}", Here.report());
}
