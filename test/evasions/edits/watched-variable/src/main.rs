const WATCHED: bool = option_env!("CACKLE_SOCKET").is_some() || option_env!("CACKLE_LINK_TOKEN").is_some(); //~ compile-env
const _: () = assert!(!WATCHED);

fn main() {
    watched_variable_near::near()
}
