//! The program that cargo and rustc run in place of rustc, the linker and build scripts.
//!
//! It sends a request to the engine over a Unix socket and does exactly what the answer says. It decides
//! nothing itself; without an answer nothing runs. Std only, so that a plain `rustc` compiles it.

mod apart;
mod child;
mod diagnostics;
mod jobserver;
mod json;
mod plan;
mod role;
mod wire;

use std::process::exit;

fn main() {
    match run() {
        Ok(status) => exit(status),
        Err(message) => {
            eprintln!("error: cackle: {message}");
            exit(1);
        }
    }
}

fn run() -> Result<i32, String> {
    let role = role::find()?;
    let mut engine = wire::Engine::connect(&role.socket)?;
    engine.send(&role.hello())?;
    plan::follow(&mut engine)
}
