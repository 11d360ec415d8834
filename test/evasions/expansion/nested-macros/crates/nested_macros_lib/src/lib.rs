macro_rules! outer {
    ($name:ident) => {
        macro_rules! $name {
            () => {
                std::process::Command::new("true").status().is_ok() //~ process
            };
        }
    };
}
outer!(inner);

pub fn go() -> bool {
    inner!()
} //~ process
