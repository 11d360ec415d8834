pub fn open() {
    let _ = std::net::TcpListener::bind("127.0.0.1:0"); //~ net@file-in-test-alone-dep.from.test net@file-in-test-alone.test
}
extern "C" fn raw() {} //~ extern@file-in-test-alone-dep.from.test extern@file-in-test-alone.test
pub fn look() {
    raw()
}
