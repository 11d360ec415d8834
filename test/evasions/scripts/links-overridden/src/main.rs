fn main() {
    links_overridden_sys::act();
}
