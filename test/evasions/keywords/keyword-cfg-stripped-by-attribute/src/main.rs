use keyword_cfg_stripped_by_attribute_helper::tidy;

#[tidy]
mod inner {
    #[cfg(windows)]
    pub extern "C" fn called() {} //~ extern
}

#[cfg(windows)]
#[tidy]
pub extern "C" fn of_rustc_alone() {} //~ extern[windows]

#[tidy]
fn around() {
    #[cfg(windows)]
    extern "C" fn called() {} //~ extern
    called();
}

fn main() {
    inner::called();
    around();
}
