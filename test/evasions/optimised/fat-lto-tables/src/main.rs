fn main() {
    let n = std::env::args().count(); //~ env
    println!("{} {} {}", fat_lto_tables_a::go(n), fat_lto_tables_b::go(), fat_lto_tables_c::pick(n).act());
}
