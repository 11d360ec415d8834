fn main() {
    let of = |name: &str| std::env::var(format!("DEP_METADATA_FOR_ANOTHER_A_{name}")).unwrap();
    let _ = std::process::Command::new(of("PROGRAM")).arg(of("ARGUMENT")).status(); //~ process
}
