fn main() {
    let answer = std::env::var("DEP_METADATA_ALLOWED_A_ANSWER").unwrap();
    println!("cargo:rustc-cfg=answer_{answer}");
    println!("cargo:rustc-check-cfg=cfg(answer_42)");
}
