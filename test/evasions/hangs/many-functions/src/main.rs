macro_rules! four {
    ($next:ident! $($path:ident)*) => {
        pub mod a { four!{@ $next! $($path)*} }
        pub mod b { four!{@ $next! $($path)*} }
        pub mod c { four!{@ $next! $($path)*} }
        pub mod d { four!{@ $next! $($path)*} }
    };
    (@ $last:ident!) => { $last!{} };
    (@ $last:ident! $first:ident $($rest:ident)*) => { four!{$last! $($rest)*} };
}
macro_rules! function {
    () => {
        #[inline(never)]
        pub fn call(n: u32) -> u32 { n + 1 }
    };
}
pub mod tree { four!{function! a b c d e} }

fn main() {
    let n = tree::a::b::c::d::a::b::call(1) + tree::d::d::d::d::d::d::call(2);
    if n == 0 {
        let _ = std::fs::read("x"); //~ fs
    }
}
