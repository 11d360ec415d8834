fn main() {
    println!("{}", const_fn_item::run::<const_fn_item::Loader>("absent"));
}
