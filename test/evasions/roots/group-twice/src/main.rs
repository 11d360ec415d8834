extern "C" {
    fn group_twice_entry();
}

fn main() {
    group_twice_evil::load();
    group_twice_plain::load();
    unsafe { group_twice_entry() }
}
