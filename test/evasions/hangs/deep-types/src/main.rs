type A = (u8, i8);
type B = ((A, A), (A, A));
type C = ((B, B), (B, B));
type D = ((C, C), (C, C));
type E = ((D, D), (D, D));
type F = ((E, E), (E, E));
type G = ((F, F), (F, F));
type H = ((G, G), (G, G));
type I = ((H, H), (H, H));

fn deep<T>() -> usize {
    std::fs::read("x").map_or(0, |bytes| bytes.len() + std::mem::size_of::<T>()) //~ fs
}

fn main() {
    println!("{}", deep::<I>());
}
