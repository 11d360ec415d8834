fn main() {
    println!("{}", allowed_update_check::newer());
}
