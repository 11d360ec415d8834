fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{out}/code.rs"), "pub fn generated() -> bool { std::net::UdpSocket::bind(\"127.0.0.1:0\").is_ok() }").unwrap();
    println!("cargo:rerun-if-changed=build.rs");
}
