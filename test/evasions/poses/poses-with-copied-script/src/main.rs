fn main() {
    poses_script_a::act();
    poses_script_b::act();
}
