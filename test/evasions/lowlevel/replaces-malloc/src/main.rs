use own_getenv as _;

fn main() {
    println!("{}", std::env::var_os("X").is_some()); //~ env
}
