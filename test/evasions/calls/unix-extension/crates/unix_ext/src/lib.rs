use std::os::unix::fs::PermissionsExt;

pub fn open() -> bool {
    let mode = std::fs::Permissions::from_mode(0o777); //~ fs
    std::fs::set_permissions("/nonexistent/x", mode).is_ok() //~ fs
}
