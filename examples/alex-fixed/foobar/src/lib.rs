//! A crate for friendly greetings.

/// A greeting for a person.
pub fn greeting(name: &str) -> String {
    format!("Hello, {name}!")
}
