#[path = "../build.rs"]
mod build;

pub fn act() {
    build::help();
}
