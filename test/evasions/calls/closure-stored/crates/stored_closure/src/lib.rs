pub struct Later {
    pub run: Box<dyn Fn() -> bool>,
}

pub fn later() -> Later {
    let program = String::from("true");
    Later {
        run: Box::new(move || {
            std::process::Command::new(&program) //~ process
                .status() //~ process
                .is_ok() //~ process
        }), //~ process
    }
}
