fn main() {
    println!("{}", env_baker::secret!());
}
