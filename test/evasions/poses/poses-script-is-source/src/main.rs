fn main() {
    poses_script_is_source::act();
}
