extern "C" {}
/// As somebody left it.
#[allow(dead_code)]
extern {}
keyword_empty_extern_helper::doc_comment!("text");
fn main() {}
