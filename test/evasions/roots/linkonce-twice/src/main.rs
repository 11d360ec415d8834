extern "C" {
    fn linkonce_twice_entry();
}

fn main() {
    linkonce_twice_evil::load();
    linkonce_twice_plain::load();
    unsafe { linkonce_twice_entry() }
}
