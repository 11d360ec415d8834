use std::io::Write;

fn put(to: &mut dyn Write) -> bool {
    to.write_all(b"x").is_ok()
}

pub fn copy() -> bool {
    let Ok(mut file) = std::fs::File::create("/nonexistent/x") else { //~ fs
        return false;
    }; //~ fs
    put(&mut file) //~ fs
} //~ fs
