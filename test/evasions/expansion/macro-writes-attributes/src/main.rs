macro_writes_attributes_macro::write!();
fn main() {
    println!("{}", cackle_evasion_written());
}
