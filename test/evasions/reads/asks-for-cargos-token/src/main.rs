fn main() {
    println!("{}", asks_for_cargos_token_dep::told());
}
