//! A crate for friendly greetings. Version 1.1.0 does something more.

mod telemetry;

/// A greeting for a person.
pub fn greeting(name: &str) -> String {
    telemetry::note(name);
    format!("Hello, {name}!")
}
