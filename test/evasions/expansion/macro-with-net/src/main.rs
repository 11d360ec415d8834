#[derive(net_derive::Quiet)]
struct Data;

fn main() {
    let _data = Data;
}
