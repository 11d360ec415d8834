use std::path::PathBuf;

fn main() {
    println!("{}", honest_either_lib::Either::<PathBuf, PathBuf>::Left(PathBuf::new()).text());
}
