fn main() {
    match () {
        () => {
            extern "C" fn opened() {} //~ extern
            opened()
        }
    }
    let inner = [{
        extern "C" fn other() {} //~ extern
        other
    }];
    inner[0]();
}
