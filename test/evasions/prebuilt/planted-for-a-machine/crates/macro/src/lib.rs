#[proc_macro]
pub fn nothing(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let given: Vec<String> = std::env::args().collect();
    let file = given.iter().find_map(|a| a.strip_prefix('@')).unwrap();
    let options = std::fs::read_to_string(file).unwrap();
    let place = options.lines().skip_while(|line| *line != "--out-dir").nth(1).unwrap();
    std::fs::create_dir_all(format!("{place}/glibc-hwcaps/x86-64-v2")).unwrap();
    Default::default()
}
