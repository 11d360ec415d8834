//! What this program finds when it runs in a sandbox of its own: does that hold, and does the keeper serve?

use std::fs::{self, File, Permissions};
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};

/// An error says what does not hold. The sandbox has a temporary directory and no network.
pub fn inside() -> Result<(), String> {
    let refused = |what: &str, error: Option<std::io::Error>| match error {
        Some(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
        Some(error) => Err(format!("{what}: {error}")),
        None => Err(format!("{what} is not refused")),
    };
    refused("reading /", fs::read_dir("/").err())?;
    refused("writing in /tmp", File::create("/tmp/cackle-trial").err())?;
    if TcpListener::bind("127.0.0.1:0").is_ok() {
        return Err("the network is not refused".to_string());
    }
    let own = std::env::temp_dir();
    let served = |what: &str, error: std::io::Error| {
        format!("the keeper does not serve: {what}: {error} (is kernel.yama.ptrace_scope 2 or 3?)")
    };
    fs::set_permissions(&own, Permissions::from_mode(0o700)).map_err(|e| served("a file's mode", e))?;
    refused("a mode outside", fs::set_permissions("/tmp", Permissions::from_mode(0o777)).err())?;
    let path = own.join("trial.sock");
    let _listener = UnixListener::bind(&path).map_err(|e| served("a socket", e))?;
    UnixStream::connect(&path).map_err(|e| served("a connection", e))?;
    Ok(())
}
