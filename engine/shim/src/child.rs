//! The program that the shim runs for the engine.

use std::process::{Child, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SIGKILL: i32 = 9;

extern "C" {
    fn kill(pid: i32, signal: i32) -> i32;
}

/// The running child, for the thread that notices the engine's end and kills it.
#[derive(Default)]
pub struct Slot(Mutex<State>);

#[derive(Default)]
struct State {
    /// Process id of the running child, and the process group that ends with the engine (0: none).
    running: Option<(i32, i32)>,
    ended: bool,
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores a started child. `group` is cargo's process group, with all processes that cargo started.
    pub fn set(&self, child: &Child, group: i32) {
        let mut state = self.state();
        state.running = Some((child.id() as i32, group));
        if state.ended {
            state.end();
        }
    }

    /// Waits for the child, which stays stored until it has ended.
    pub fn wait(&self, mut child: Child) -> Result<ExitStatus, String> {
        let status = child.wait().map_err(|e| e.to_string());
        self.state().running = None;
        status
    }

    /// Kills the child, since the engine that allowed it is gone.
    pub fn end(&self) {
        let mut state = self.state();
        state.ended = true;
        state.end();
    }
}

impl State {
    fn end(&self) {
        let Some((child, group)) = self.running else { return };
        eprintln!("error: cackle: {}", crate::wire::GONE);
        // SAFETY: kill takes two numbers and touches no memory.
        unsafe {
            kill(child, SIGKILL);
            // The child's own children would live on. This process is in the group too.
            if group > 1 {
                kill(-group, SIGKILL);
            }
        }
    }
}
