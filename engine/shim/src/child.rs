//! The program that the shim runs for the engine.

use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Holds the running child, so that the thread that notices the engine's end can kill it.
#[derive(Default)]
pub struct Slot {
    child: Mutex<Option<Child>>,
    ended: AtomicBool,
}

impl Slot {
    /// Puts a started child under watch.
    pub fn set(&self, mut child: Child) {
        let mut slot = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if self.ended.load(Ordering::SeqCst) {
            let _ = child.kill();
        }
        *slot = Some(child);
    }

    /// Waits for the child. Call it once its pipes are at their end, since it keeps `end` waiting.
    pub fn wait(&self) -> Result<ExitStatus, String> {
        let mut slot = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        match slot.take() {
            Some(mut child) => child.wait().map_err(|e| e.to_string()),
            None => Err("no program is running".to_string()),
        }
    }

    /// The engine is gone: what it allowed must not go on.
    pub fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
        let mut slot = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(child) = slot.as_mut() {
            let _ = child.kill();
        }
    }
}
