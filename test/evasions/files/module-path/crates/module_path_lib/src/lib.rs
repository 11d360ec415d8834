#[path = "../assets/logo.png"]
mod logo;

pub use logo::go;
