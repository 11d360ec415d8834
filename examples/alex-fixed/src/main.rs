//! Alex's tool: reads the notes of a client and prints them with a friendly greeting.

fn main() {
    println!("built on {}", buildstamp::BUILT_ON);
    println!("{}", foobar::greeting("Alex"));
    for note in notes::read("notes.txt") {
        println!("- {note}");
    }
}
