fn main() {
    env_poses_trusted::act();
    env_poses_thief::act();
}
