fn main() {
    println!("{}", update_check::newer());
}
