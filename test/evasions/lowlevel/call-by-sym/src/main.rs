extern "C" fn connects() { //~ extern
    let _ = std::net::UdpSocket::bind("127.0.0.1:0"); //~ net
}
fn main() {
    unsafe { //~ unsafe
        core::arch::asm!("call {}", sym connects, clobber_abi("C"));
    }
}
