#[cfg(windows)]
extern "system" { //~ extern[windows]
    fn GetLastError() -> u32;
}

#[cfg(windows)]
pub fn last() -> u32 {
    unsafe { GetLastError() } //~ unsafe
}

#[cfg(unix)]
pub fn last() -> u32 {
    #[cfg(target_os = "macos")]
    unsafe { //~ unsafe
        let _ = std::mem::zeroed::<u32>();
    }
    #[cfg(feature = "fast")]
    let _ = unsafe { std::mem::zeroed::<u32>() }; //~ unsafe
    0
}

#[cfg_attr(windows, path = "imp/windows.rs")]
#[cfg_attr(not(windows), path = "imp/other.rs")]
mod imp;
mod elsewhere;

fn main() {
    println!("{} {}", last(), imp::number());
}
