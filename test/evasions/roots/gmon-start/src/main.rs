fn main() {
    println!("{}", gmon_start_evil::quiet());
}
