use std::marker::PhantomData;

fn main() {
    drop(marker_argument_evil::Guard::<std::process::Command>(PhantomData));
}
