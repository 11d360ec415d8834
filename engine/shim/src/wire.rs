//! The connection to the engine: one line of JSON each way at a time.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc::{channel, Receiver};
use std::sync::Arc;
use std::thread;

use crate::child::Slot;
use crate::json::{parse, Value};

pub const GONE: &str = "the cackle process is gone, so nothing more is built";

pub struct Engine {
    stream: UnixStream,
    answers: Receiver<Vec<u8>>,
    /// The program that runs now; it is killed when the engine goes away.
    pub child: Arc<Slot>,
}

impl Engine {
    pub fn connect(socket: &Path) -> Result<Engine, String> {
        let stream = UnixStream::connect(socket)
            .map_err(|e| format!("{GONE} (cannot reach it at {}: {e})", socket.display()))?;
        let reader = stream.try_clone().map_err(|e| e.to_string())?;
        let (sender, answers) = channel();
        let child = Arc::new(Slot::default());
        let watched = Arc::clone(&child);
        thread::spawn(move || {
            let mut reader = BufReader::new(reader);
            loop {
                let mut line = Vec::new();
                match reader.read_until(b'\n', &mut line) {
                    Ok(length) if length > 0 && line.ends_with(b"\n") => {
                        if sender.send(line).is_err() {
                            return;
                        }
                    }
                    _ => break,
                }
            }
            watched.end();
        });
        Ok(Engine { stream, answers, child })
    }

    /// Sends one message; `message` holds no line break.
    pub fn send(&mut self, message: &str) -> Result<(), String> {
        self.stream
            .write_all(message.as_bytes())
            .and_then(|()| self.stream.write_all(b"\n"))
            .map_err(|e| format!("{GONE} ({e})"))
    }

    /// Waits for the next answer.
    pub fn receive(&mut self) -> Result<Value, String> {
        let line = self.answers.recv().map_err(|_| GONE.to_string())?;
        parse(&line).map_err(|()| "the cackle process sent an answer that is no JSON".to_string())
    }
}
