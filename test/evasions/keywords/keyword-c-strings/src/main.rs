macro_rules! texts {
    ($($sign:tt $text:literal)*) => { [$($text),*] };
}

fn main() {
    println!("{:?} {:?}", c"unsafe", cr#"extern "C" {}"#);
    println!("{:?}", texts!(#"unsafe" #r#"extern "C" unsafe"#));
}
